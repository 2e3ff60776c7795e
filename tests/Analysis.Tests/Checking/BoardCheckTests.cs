using DmaGrains.Analysis.Checking;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Memory;
using DmaGrains.Tests.Shared;

namespace DmaGrains.Analysis.Tests.Checking;

public class BoardCheckTests
{
    private const ulong Size = 65536;

    [Fact]
    public void A_board_whose_buffers_are_in_order_has_no_findings()
    {
        var check = BoardCheck.Of(Snapshot());

        Assert.Equal(("small", 2, 32UL, 2), (check.Board, check.BufferCount, check.PageCount, check.MappingCount));
        Assert.Empty(check.Findings);
        Assert.Empty(check.Unfinished);
    }

    [Fact]
    public void What_only_some_readings_show_is_passing_and_nothing_is_lost()
    {
        var board = Snapshot();
        BoardSnapshot[] readings =
        [
            board with { HeldPages = [.. board.HeldPages, new("real", 0), new("first", 0)], Unmade = ["begun", "kept"] },
            board with { HeldPages = [.. board.HeldPages, new("real", 0), new("second", 0)], Unmade = ["kept"] },
            board with { HeldPages = [.. board.HeldPages, new("real", 0)], Unmade = ["kept", "late"] },
        ];

        var check = readings.Select(BoardCheck.Of).Aggregate((all, later) => all.With(later));

        Assert.Equal(["real"], check.Findings.Select(finding => finding.Buffer!));
        Assert.Equal(["first", "second"], check.Passing.Select(finding => finding.Buffer!));
        Assert.StartsWith("kept: ", Assert.Single(check.Unfinished), StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_of_two_buffers_is_found()
    {
        var board = Snapshot();
        var first = board.Buffers[0];
        var check = BoardCheck.Of(board with { Buffers = [first, Renamed(first, "other")], HeldPages = [first.Token, new("other", 0)] });

        Assert.Contains(check.Findings, finding =>
            finding is { Kind: FindingKind.SharedPages, Buffer: "other" } && finding.Reason.EndsWith("is also a's", StringComparison.Ordinal));
    }

    [Fact]
    public void Pages_that_memory_does_not_hold_are_found()
    {
        var board = Snapshot();

        var check = BoardCheck.Of(board with { HeldPages = [board.Buffers[0].Token] });

        Assert.Equal([(FindingKind.PagesNotHeld, "b")], check.Findings.Select(finding => (finding.Kind, finding.Buffer!)));
    }

    [Fact]
    public void Pages_that_a_released_buffer_owes_may_be_anothers_already()
    {
        // Memory has them back and gave them to the next one, before the first has noted that.
        var board = Snapshot();
        var first = board.Buffers[0].Apply(new DmaCommand.Unmap("m"), null, null).Next.Apply(new DmaCommand.Detach("g"), null, null).Next
            .Apply(new DmaCommand.Release(), null, null).Next;
        Assert.True(first is { IsInDebt: true, Storage: not null });

        var check = BoardCheck.Of(board with
        {
            Buffers = [first, Renamed(board.Buffers[0], "other"), board.Buffers[1]],
            HeldPages = [new("other", 0), board.Buffers[1].Token],
        });

        Assert.Empty(check.Findings.Where(finding => finding.Kind is FindingKind.PagesNotHeld or FindingKind.SharedPages or FindingKind.Accounts));
        Assert.Contains("a: it has pages or addresses to give back; silos retry this until it is done", check.Unfinished);
    }

    [Fact]
    public void Pages_that_no_buffer_has_are_found()
    {
        var board = Snapshot();

        var check = BoardCheck.Of(board with { HeldPages = board.HeldPages.Add(new("ghost", 0)).Add(new("a", 7)) });

        Assert.Equal(
            [(FindingKind.PagesLeaked, "ghost"), (FindingKind.PagesLeaked, "a")],
            check.Findings.Select(finding => (finding.Kind, finding.Buffer!)));
    }

    [Fact]
    public void A_region_that_counts_other_bytes_than_its_buffers_have_is_found()
    {
        var board = Snapshot();
        var more = board.Memory[0] with { HeldBytes = board.Memory[0].HeldBytes + 4096 };

        var check = BoardCheck.Of(board with { Memory = board.Memory.SetItem(0, more) });

        Assert.Equal([FindingKind.Accounts], check.Findings.Select(finding => finding.Kind));
    }

    [Fact]
    public void A_union_that_is_not_that_of_the_importers_is_found()
    {
        var board = Snapshot();
        var broken = board.Buffers[0].WithLists([], board.Buffers[0].Mappings);

        var check = BoardCheck.Of(board with { Buffers = board.Buffers.SetItem(0, broken) });

        Assert.Contains(check.Findings, finding => finding is { Kind: FindingKind.Invariant, Buffer: "a" });
    }

    [Fact]
    public void What_MMUs_hold_for_no_mapping_is_found()
    {
        var board = Snapshot();

        // What is held under a buffer's name goes back when the buffer does.
        var check = BoardCheck.Of(board with { HeldMappings = [new("a", 9), new("ghost", 0)] });

        Assert.Equal([(FindingKind.MappingLeaked, "ghost")], check.Findings.Select(finding => (finding.Kind, finding.Buffer!)));
        Assert.StartsWith("a: mapping number 9", Assert.Single(check.Unfinished), StringComparison.Ordinal);
    }

    [Fact]
    public void Interrupted_commands_are_told_and_are_no_findings()
    {
        var fresh = DmaBuffer.Export(new("fresh", Size)).Value;
        var board = Snapshot();
        var check = BoardCheck.Of(board with
        {
            Buffers = board.Buffers.Add(fresh),
            Unmade = ["nothing"],
            HeldPages = board.HeldPages.Add(new("nothing", 0)).Add(fresh.Token),
        });

        Assert.Empty(check.Findings);
        Assert.Equal(["nothing", "fresh"], check.Unfinished.Select(line => line[..line.IndexOf(':', StringComparison.Ordinal)]));
    }

    [Fact]
    public void What_a_listing_lacks_or_has_in_vain_is_found()
    {
        var check = BoardCheck.Of(Snapshot() with { Unlisted = ["a"], StillListed = ["gone"] });

        Assert.Equal(
            [(FindingKind.Listing, "a"), (FindingKind.Listing, "gone")],
            check.Findings.Select(finding => (finding.Kind, finding.Buffer!)));
    }

    [Fact]
    public void A_board_without_its_memory_or_off_the_list_is_found()
    {
        var empty = Snapshot() with { Buffers = [], HeldPages = [], HeldMappings = [], Memory = [] };

        Assert.Equal([FindingKind.SetUp], BoardCheck.Of(empty).Findings.Select(finding => finding.Kind));
        Assert.Equal([FindingKind.SetUp], BoardCheck.Of(Snapshot() with { IsListed = false }).Findings.Select(finding => finding.Kind));
    }

    private static BoardSnapshot Snapshot()
    {
        var board = Board.Create(SmallBoard.Definition).Value;
        foreach (var name in (string[])["a", "b"])
        {
            board = board.Export(new(name, Size)).Next;
            foreach (var command in (DmaCommand[])[new DmaCommand.Attach("g", "gpu"), new DmaCommand.Map("m", "g", DmaDirection.Bidirectional)])
            {
                (board, var reply) = board.Execute(name, command);
                Assert.True(reply.IsGranted);
            }
        }

        return new(
            SmallBoard.Definition,
            [board.Buffer("a")!, board.Buffer("b")!],
            [],
            board.Memory.Describe(),
            [.. board.Memory.Allocations.Select(held => held.Request.Token)],
            [.. board.Translation.Held]);
    }

    private static DmaBuffer Renamed(DmaBuffer buffer, string name)
    {
        var other = DmaBuffer.Export(new(name, buffer.SizeBytes)).Value;
        var storage = new BackingStorage(other.Token, buffer.Storage!.Regions, buffer.Storage.Extents, buffer.Storage.AllocatedUnder);
        return other.Apply(new DmaCommand.Attach("g", "gpu"), SmallBoard.Definition.Devices[0], null)
            .Next.Apply(new DmaCommand.Map("m", "g", DmaDirection.Bidirectional), null, Model.DmaResult.Grant(storage)).Next;
    }
}
