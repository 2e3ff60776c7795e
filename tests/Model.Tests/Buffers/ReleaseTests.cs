using DmaGrains.Model.Buffers;
using DmaGrains.Model.Tests.Boards;
using DmaGrains.Tests.Shared;
using static DmaGrains.Model.Tests.Boards.SmallBoard;

namespace DmaGrains.Model.Tests.Buffers;

public sealed class ReleaseTests
{
    [Fact]
    public void Release_frees_the_pages_when_the_last_importer_detaches()
    {
        var mapped = With(100_000).After(Attach("gpu"), Attach("wide"), Map("gpu"), Release());
        var left = mapped.After(Unmap("gpu"), Detach("gpu"));
        var gone = left.After(Detach("wide"));

        Assert.Equal(FreePages - 25, left.Memory.FreePageCount);
        Assert.Equal(FreePages, gone.Memory.FreePageCount);
        Assert.Empty(gone.Memory.Allocations);
        Assert.True(gone.FrameOf() is { IsReleasedByAll: true, IsFreed: true, OwedTokens.IsEmpty: true, Storage: null });
    }

    [Fact]
    public void Release_frees_the_pages_at_once_when_nobody_is_attached()
    {
        var board = With(100_000).After(Attach("gpu"), Map("gpu"), Unmap("gpu"), Detach("gpu"), Release());

        Assert.Equal(FreePages, board.Memory.FreePageCount);
    }

    [Fact]
    public void Release_again_is_granted_without_change()
    {
        var board = With(100_000).After(Attach("gpu"), Map("gpu"), Release());
        var gone = board.After(Unmap("gpu"), Detach("gpu"));

        Assert.Same(board, board.After(Release()));
        Assert.Same(gone, gone.After(Release()));
    }

    [Fact]
    public void Release_owes_the_pages_until_they_are_given_back()
    {
        var frame = DmaBuffer.Export(new(Frame, 1)).Value.Apply(Release(), null, null).Next;

        Assert.Equal([new(Frame, 0), new(Frame, 1)], frame.OwedTokens);
        Assert.True(frame.Settled() is { OwedTokens.IsEmpty: true, IsFreed: true });
    }

    [Fact]
    public void Freed_throws_when_somebody_is_attached_or_nobody_released()
    {
        Assert.Throws<InvalidOperationException>(() => With(1).FrameOf().Settled());
        Assert.Throws<InvalidOperationException>(() => With(1).After(Attach("gpu"), Release()).FrameOf().Settled());
    }
}
