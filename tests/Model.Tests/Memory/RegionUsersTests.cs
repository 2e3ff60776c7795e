using CsCheck;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;
using DmaGrains.Model.Translation;

namespace DmaGrains.Model.Tests.Memory;

public class RegionUsersTests
{
    private static readonly string?[] _exporters = [null, "codec", "gpu", "camera"];
    private static readonly string[] _regions = ["ram", "everybodys", "codecs", "pool", "gpus"];

    private static BoardDefinition Definition { get; } = new(
        "users",
        "Memory of some devices",
        [
            new("ram", MemoryKind.System, new(256, 4096)),
            new("everybodys", MemoryKind.Contiguous, new(8192, 1024)),
            new("codecs", MemoryKind.Contiguous, new(16384, 1024)) { Users = new("codec") },
            new("pool", MemoryKind.Carveout, new(32768, 1024)) { Users = new("codec") },
            new("gpus", MemoryKind.Contiguous, new(65536, 1024)) { Users = new("camera") },
        ],
        [new("codec", null), new("gpu", null), new("camera", null), new("reader", null)])
    {
        Stages = [new("mmu", new(new(0), new(uint.MaxValue), 4096, IovaPolicy.FirstFit))],
    };

    private static readonly Gen<Case> _any = Gen.Select(
        Gen.Int[0, 3].Select(index => _exporters[index]), Gen.Int[0, 4].Array[0, 2], Gen.ULong[1, 1 << 20], Gen.Enum<AllocationTime>(), Gen.Bool, Gen.Bool,
        (exporter, named, size, time, isTranslated, isByName) => new Case(
            Definition with { Devices = [.. Definition.Devices.Select(device => device with { Iommu = isTranslated ? "mmu" : null, OwnAreaByName = isByName })] },
            new BufferExport("frame", size, exporter)
            {
                Memory = new NameList(named.Distinct().Select(index => _regions[index])),
                Policy = new ExporterPolicy { Allocation = time },
            }));

    [Fact]
    public void Buffers_lie_in_what_they_name_else_in_the_exporters_own_area_else_in_what_is_everybodys() => _any.Sample(one =>
    {
        var names = one.Export.Memory.Names;
        string[] own = one.Device is null or { OwnAreaByName: true } or { Iommu: not null } || !names.IsEmpty ? [] : OwnOf(one.Export.Exporter);
        string[] lies = !names.IsEmpty ? [.. names] : own.Length == 1 ? own : ["ram", "everybodys"];

        var (board, reply) = Board.Create(one.Board).Value.Export(one.Export);

        if (names.Any(name => OthersThan(one.Export.Exporter).Contains(name)))
        {
            Assert.Equal((Errno.EPERM, one.Export.Exporter, nameof(MemoryRegionLayout.Users)), FaultOf(reply.Refusal!));
            return;
        }

        if (own.Length > 1)
        {
            Assert.Equal((Errno.EINVAL, one.Export.Exporter, "Memory"), FaultOf(reply.Refusal!));
            return;
        }

        Assert.True(reply.IsGranted);
        Assert.Equal(names.IsEmpty && own.Length == 0 ? [] : lies, board.Buffer("frame")!.Regions.Select(region => region.Name));
        Assert.Equal(names.IsEmpty && own.Length == 1 ? new NameList(own) : one.Export.Memory, one.Board.MemoryOf(one.Export));
        board = board.Execute("frame", new DmaCommand.Attach("reader", "reader")).Next.Execute("frame", new DmaCommand.Map("reader", "reader", DmaDirection.ToDevice)).Next;
        Assert.All(board.Buffer("frame")!.Storage!.Regions, region => Assert.Contains(region, lies));
        Assert.Null(one.Board.CheckExport(one.Export));
    });

    [Fact]
    public void Full_own_area_is_ENOMEM_whatever_else_is_free_and_other_memory_by_name_helps() => Gen.ULong[1, 1024].Sample(pages =>
    {
        var board = Board.Create(Definition).Value;
        var full = board.Export(OfCamera("first", 1024 - pages + 1)).Next;

        var (same, refused) = full.Export(OfCamera("second", pages));
        var (_, elsewhere) = full.Export(OfCamera("second", pages) with { Memory = new("everybodys") });

        Assert.Equal(Errno.ENOMEM, refused.Refusal!.Errno);
        Assert.Contains("gpus", refused.Refusal.Reason, StringComparison.Ordinal);
        Assert.Null(same.Buffer("second"));
        Assert.True(elsewhere.IsGranted);
    });

    [Fact]
    public void Repeat_changes_nothing()
    {
        var export = OfCamera("frame", 1) with { Policy = ExporterPolicy.Default };
        var board = Board.Create(Definition).Value.Export(export).Next;

        Assert.Same(board, board.Export(export).Next);
        Assert.Equal("gpus", Assert.Single(board.Buffer("frame")!.Regions).Name);
    }

    [Fact]
    public void Pages_of_16_KiB_do_not_make_the_first_region_an_own_area()
    {
        var definition = Definition with { Memory = [.. Definition.Memory.Reverse().Select(region => region with { PageOrder = 2 })] };

        var byName = definition with { Devices = [.. definition.Devices.Select(device => device with { OwnAreaByName = true })] };
        var buffer = Board.Create(byName).Value.Export(new("frame", 1, "camera")).Next.Buffer("frame")!;

        Assert.Equal((2, true), (buffer.PageOrder, buffer.Regions.IsEmpty));
    }

    [Fact]
    public void Users_are_different_devices_of_the_board_and_only_areas_and_carve_outs_have_them()
    {
        var area = Definition.Memory[2];

        Assert.Equal("Users", (area with { Users = new("a", "a") }).Check()!.Field);
        Assert.Equal("Users", (area with { Users = new("a b") }).Check()!.Field);
        Assert.Equal("Users", (Definition.Memory[0] with { Users = new("codec") }).Check()!.Field);
        var refusal = (Definition with { Memory = Definition.Memory.SetItem(2, area with { Users = new("ghost") }) }).Check()!;
        Assert.Equal((Errno.EINVAL, "Users", "Region codecs is for ghost, and users has no such device."), (refusal.Errno, refusal.Field, refusal.Reason));
    }

    private static BufferExport OfCamera(string name, ulong pages) =>
        new(name, pages * Page.SizeBytes, "camera") { Policy = new ExporterPolicy { Allocation = AllocationTime.AtExport } };

    private static string[] OwnOf(string? exporter) => exporter switch
    {
        "codec" => ["codecs", "pool"],
        "camera" => ["gpus"],
        _ => [],
    };

    private static string[] OthersThan(string? exporter) => [.. _regions.Skip(2).Except(OwnOf(exporter))];

    private static (Errno Errno, string? Importer, string? Field) FaultOf(Refusal refusal) => (refusal.Errno, refusal.Importer, refusal.Field);

    private sealed record Case(BoardDefinition Board, BufferExport Export)
    {
        public Device? Device => Board.Devices.FirstOrDefault(device => device.Name == Export.Exporter);
    }
}
