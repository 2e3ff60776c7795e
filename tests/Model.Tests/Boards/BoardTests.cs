using static DmaGrains.Model.Tests.Boards.SmallBoard;

namespace DmaGrains.Model.Tests.Boards;

public sealed class BoardTests
{
    [Fact]
    public void Create_makes_a_board_with_its_devices_and_memory_and_no_buffer()
    {
        var board = Create();

        Assert.Null(board.Buffer(Frame));
        Assert.Null(board.Device("ghost"));
        Assert.All(Definition.Devices, device => Assert.Equal(device, board.Device(device.Name)));
        Assert.Equal(Definition.Memory.AsEnumerable(), board.Memory.Layouts);
        board.AssertInvariants();
    }

    [Fact]
    public void Buffers_share_the_memory_and_nothing_else()
    {
        var board = With(100_000).After(Attach("gpu"), Map("gpu")).Export(new("other", 100_000)).Next;

        var (next, _) = board.Execute("other", Attach("display"));
        (next, _) = next.Execute("other", Map("display"));

        Assert.Same(board.FrameOf(), next.FrameOf());
        Assert.Equal(FreePages - 50, next.Memory.FreePageCount);
        next.AssertInvariants();
    }

    [Fact]
    public void Execute_does_not_change_the_board_it_is_asked_of()
    {
        var board = With(100_000).After(Attach("gpu"));

        board.Execute(Frame, Map("gpu"));

        Assert.Null(board.FrameOf().Storage);
        Assert.Equal(FreePages, board.Memory.FreePageCount);
    }
}
