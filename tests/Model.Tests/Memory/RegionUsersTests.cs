using CsCheck;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;

namespace DmaGrains.Model.Tests.Memory;

public class RegionUsersTests
{
    private static readonly string?[] _exporters = [null, "codec", "gpu"];
    private static readonly string[] _regions = ["ram", "everybodys", "codecs", "pool"];

    [Fact]
    public void Memory_of_some_devices_is_for_buffers_that_one_of_them_exports_and_names_it() =>
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 3].Array[0, 2], Gen.ULong[1, 1 << 20]).Sample((exporter, named, size) =>
        {
            var names = new NameList(named.Distinct().Select(index => _regions[index]));
            var (board, reply) = Board.Create(Definition).Value.Export(new("frame", size)
            {
                Exporter = _exporters[exporter],
                Memory = names,
                Policy = new ExporterPolicy { Allocation = AllocationTime.AtExport },
            });
            var isOfOthers = names.Names.Any(name => name is "codecs" or "pool") && _exporters[exporter] != "codec";

            Assert.Equal(isOfOthers, reply.Refusal is { Errno: Errno.EPERM, Field: nameof(MemoryRegionLayout.Users) });
            if (reply.IsGranted)
            {
                Assert.All(
                    board.Memory.Describe().Where(use => use.HeldBytes > 0),
                    use => Assert.Contains(use.Name, names.IsEmpty ? ["ram", "everybodys"] : names.Names));
            }
        });

    [Fact]
    public void Users_are_different_devices_of_the_board_and_only_areas_and_carve_outs_have_them()
    {
        var area = Definition.Memory[2];

        Assert.Equal("Users", (area with { Users = new("a", "a") }).Check()!.Field);
        Assert.Equal("Users", (area with { Users = new("a b") }).Check()!.Field);
        Assert.Equal("Users", (Definition.Memory[0] with { Users = new("codec") }).Check()!.Field);
        var refusal = (Definition with { Memory = Definition.Memory.SetItem(2, area with { Users = new("camera") }) }).Check()!;
        Assert.Equal((Errno.EINVAL, "Users", "Region codecs is for camera, and users has no such device."), (refusal.Errno, refusal.Field, refusal.Reason));
    }

    private static BoardDefinition Definition { get; } = new(
        "users",
        "Memory of some devices",
        [
            new("ram", MemoryKind.System, new(256, 4096)),
            new("everybodys", MemoryKind.Contiguous, new(8192, 1024)),
            new("codecs", MemoryKind.Contiguous, new(16384, 1024)) { Users = new("codec") },
            new("pool", MemoryKind.Carveout, new(32768, 1024)) { Users = new("codec") },
        ],
        [new("codec", null), new("gpu", null)]);
}
