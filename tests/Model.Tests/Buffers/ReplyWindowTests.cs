using DmaGrains.Model.Buffers;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Tests.Boards;

namespace DmaGrains.Model.Tests.Buffers;

public sealed class ReplyWindowTests
{
    [Fact]
    public void Find_gives_the_reply_that_an_equal_command_got()
    {
        DmaCommand[] commands =
        [
            SmallBoard.Attach("gpu"), SmallBoard.Detach("gpu"), SmallBoard.Map("gpu"), SmallBoard.Unmap("gpu"),
            SmallBoard.Release(), new DmaCommand.Revoke(),
        ];
        var window = ReplyWindow.Empty;
        for (var index = 0; index < commands.Length; index++)
        {
            window = window.Remember(commands[index], Reply((uint)index));
        }

        Assert.Equal(Enumerable.Range(0, commands.Length).Select(index => Reply((uint)index)), commands.Select(window.Find));
    }

    [Fact]
    public void Find_gives_nothing_when_the_command_differs_in_content_or_kind()
    {
        var window = ReplyWindow.Empty
            .Remember(SmallBoard.Attach("gpu"), Reply(1))
            .Remember(SmallBoard.Map("gpu"), Reply(2));

        Assert.Null(window.Find(new DmaCommand.Attach("gpu", "display")));
        Assert.Null(window.Find(new DmaCommand.Map("gpu", "gpu", DmaDirection.ToDevice)));
        Assert.Null(window.Find(new DmaCommand.Detach("gpu")));
        Assert.Null(ReplyWindow.Empty.Find(new DmaCommand.Release()));
    }

    [Fact]
    public void Find_gives_the_latest_reply_when_a_command_came_twice()
    {
        var window = ReplyWindow.Empty
            .Remember(SmallBoard.Attach("gpu"), Reply(1))
            .Remember(SmallBoard.Attach("gpu"), Reply(2));

        Assert.Equal(Reply(2), window.Find(SmallBoard.Attach("gpu")));
    }

    [Fact]
    public void Remember_forgets_the_oldest_reply_when_the_window_is_full()
    {
        var full = Enumerable.Range(0, ReplyWindow.Capacity).Aggregate(
            ReplyWindow.Empty,
            (window, index) => window.Remember(SmallBoard.Attach($"a{index}"), Reply((uint)index)));
        var next = full.Remember(SmallBoard.Attach("next"), Reply(99));

        Assert.Equal(Reply(0), full.Find(SmallBoard.Attach("a0")));
        Assert.Null(next.Find(SmallBoard.Attach("a0")));
        Assert.Equal(Reply(1), next.Find(SmallBoard.Attach("a1")));
        Assert.Equal(Reply(99), next.Find(SmallBoard.Attach("next")));
        Assert.Equal(ReplyWindow.Capacity, next.Replies.Length);
    }

    private static DmaReply Reply(uint count) => new(new DmaConstraints(4096, count, 0xfff));
}
