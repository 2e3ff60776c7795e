using DmaGrains.Model.Buffers;
using DmaGrains.Model.Policies;
using static DmaGrains.Model.Tests.Boards.SmallBoard;

namespace DmaGrains.Model.Tests.Buffers;

public sealed class RevokeTests
{
    [Fact]
    public void Revoke_is_on_record_for_whoever_holds_a_list()
    {
        var board = With(100_000).After(Attach("gpu"), Attach("wide"), Map("gpu"), Map("wide"), Revoke());

        Assert.Equal(
            [(HazardKind.HeldAfterRevoke, "gpu"), (HazardKind.HeldAfterRevoke, "wide")],
            board.FrameOf().Hazards.Select(hazard => (hazard.Kind, hazard.Importer)));
        Assert.Equal(FreePages - 25, board.Memory.FreePageCount);
    }

    [Fact]
    public void Revoke_gives_the_pages_back_when_the_last_mapping_ends()
    {
        var board = With(100_000).After(Attach("gpu"), Map("gpu"), Revoke(), Unmap("gpu"));

        Assert.Equal(FreePages, board.Memory.FreePageCount);
        Assert.Null(board.FrameOf().Storage);
        Assert.Equal(FreePages, board.After(Detach("gpu"), Release()).Memory.FreePageCount);
    }

    [Fact]
    public void Revoke_gives_the_pages_back_at_once_when_nobody_has_them_mapped()
    {
        var board = With(100_000).After(Attach("gpu"), Map("gpu"), Unmap("gpu"), Revoke());

        Assert.Equal(FreePages, board.Memory.FreePageCount);
        Assert.Empty(board.FrameOf().Hazards);
    }

    [Fact]
    public void Revoke_leaves_no_way_to_attach_or_map()
    {
        var board = With(100_000).After(Attach("gpu"), Map("gpu"), Revoke());

        Assert.Equal((Errno.ENODEV, "wide", "Buffer"), FaultOf(board.RefusalOf(Attach("wide"))));
        Assert.Equal(
            (Errno.ENODEV, "gpu", "Buffer"), FaultOf(board.RefusalOf(new DmaCommand.Map("again", "gpu", 0))));
    }

    [Fact]
    public void Revoke_again_is_granted_without_change()
    {
        var board = With(100_000).After(Attach("gpu"), Map("gpu"), Revoke());

        Assert.Same(board, board.After(Revoke()));
    }

    [Fact]
    public void Revoke_is_not_undone_by_a_repeat_of_the_export()
    {
        var export = new BufferExport(Frame, 100_000) { Policy = NamedPolicies.Find("at-export")! };
        var revoked = Create().Export(export).Next.After(Revoke());

        var (again, reply) = revoked.Export(export);

        Assert.Same(revoked, again);
        Assert.True(reply.IsGranted);
        Assert.Equal(FreePages, again.Memory.FreePageCount);
    }

    [Fact]
    public void Revoke_before_the_first_map_leaves_nothing_to_give_back()
    {
        var board = With(100_000).After(Attach("gpu"), Revoke());

        Assert.Equal(FreePages, board.Memory.FreePageCount);
        Assert.Equal(Errno.ENODEV, board.RefusalOf(Map("gpu")).Errno);
    }

    private static (Errno Errno, string? Importer, string? Field) FaultOf(Refusal refusal) =>
        (refusal.Errno, refusal.Importer, refusal.Field);

    private static DmaCommand.Revoke Revoke() => new DmaCommand.Revoke();
}
