using CsCheck;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Model.Translation;

namespace DmaGrains.Model.Tests.Buffers;

public class HeldInVainTests
{
    private static readonly BoardDefinition _board = new(
        "b",
        "A board",
        [new("ram", MemoryKind.System, new PageExtent(0x100, 4096), ReservedEveryPages: 2, ReservedPages: 1), new("cma", MemoryKind.Contiguous, new PageExtent(0x10000, 64))],
        [new Device("gpu", new(uint.MaxValue, 0, 0)) { Iommu = "mmu" }, new Device("display", null) { RequiresContiguous = true }])
    {
        Stages = [new IommuStage("mmu", new(new(0x1000), new(0xffffff), 4096))],
    };

    [Fact]
    public void Nothing_that_a_board_holds_after_any_history_is_held_in_vain() =>
        Gen.Select(Gen.Int[0, 8], Gen.Int[0, 1]).Array[1, 60].Sample(steps =>
        {
            var board = Board.Create(_board).Value;
            for (var index = 0; index < steps.Length; index++)
            {
                var (kind, which) = steps[index];
                var name = $"f{which}";
                DmaCommand? command = kind switch
                {
                    0 => null,
                    1 => new DmaCommand.Attach("g", "gpu"),
                    2 => new DmaCommand.Attach("d", "display"),
                    3 => new DmaCommand.Map($"m{index}", "g", DmaDirection.ToDevice),
                    4 => new DmaCommand.Map($"m{index}", "d", DmaDirection.ToDevice),
                    5 when board.Buffer(name)?.Mappings is [var mapping, ..] => new DmaCommand.Unmap(mapping.Name),
                    6 => new DmaCommand.Detach("g"),
                    7 => new DmaCommand.Detach("d"),
                    _ => new DmaCommand.Release(),
                };
                board = command is null
                    ? board.Export(new(name, 4096u + (4096u * (uint)index)) { Policy = NamedPolicies.Find("migrate")! }).Next
                    : board.Execute(name, command).Next;
                foreach (var buffer in (string[])["f0", "f1"])
                {
                    Assert.Empty(HeldInVain.Pages(board.Buffer(buffer), PagesOf(board, buffer)));
                    Assert.Empty(HeldInVain.Mappings(board.Buffer(buffer), board.Translation.Held.Where(token => token.Buffer == buffer)));
                }
            }
        });

    [Fact]
    public void All_that_is_held_for_nobody_or_for_a_gone_buffer_is_held_in_vain()
    {
        var gone = DmaBuffer.Export(new("b", 4096)).Value.ExportFailed();

        Assert.Equal([new("b", 0), new("b", 3)], HeldInVain.Pages(null, [new("b", 0), new("b", 3)]));
        Assert.Equal([new("b", 0)], HeldInVain.Pages(gone, [new("b", 0)]));
        Assert.Equal([new MapToken("b", 7)], HeldInVain.Mappings(null, [new("b", 7)]));
        Assert.Equal([new MapToken("b", 7)], HeldInVain.Mappings(gone, [new("b", 7)]));
    }

    [Fact]
    public void Of_a_living_buffer_what_is_older_is_held_in_vain_and_what_a_repeat_takes_over_is_not()
    {
        var living = DmaBuffer.Export(new("b", 4096), generation: 4).Value;

        Assert.Equal([new("b", 3)], HeldInVain.Pages(living, [new("b", 3), new("b", 4), new("b", 5)]));
        Assert.Empty(HeldInVain.Mappings(living, [new("b", 0)]));
    }

    [Fact]
    public void No_generation_of_a_name_is_used_twice()
    {
        var living = DmaBuffer.Export(new("b", 4096), generation: 4).Value;
        var gone = living.ExportFailed();

        Assert.Equal((0u, 7u), (BufferExports.GenerationOf(null, 0), BufferExports.GenerationOf(null, 7)));
        Assert.Equal((4u, 4u), (BufferExports.GenerationOf(living, 0), BufferExports.GenerationOf(living, 9)));
        Assert.Equal((6u, 6u, 7u), (BufferExports.GenerationOf(gone, 5), BufferExports.GenerationOf(gone, 6), BufferExports.GenerationOf(gone, 7)));
        Assert.Equal(7u, ExportTests.Exported(gone, new("b", 8192), least: 7).Value.Generation);
    }

    private static IEnumerable<AllocationToken> PagesOf(Board board, string buffer) =>
        board.Memory.Allocations.Select(held => held.Request.Token).Where(token => token.Buffer == buffer);
}
