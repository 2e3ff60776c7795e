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
            SmallBoard.Release(), new DmaCommand.Revoke(), MappedBoard.MapRaw("gpu"), MappedBoard.MapRaw("gpu", MapOptions.NoBounce),
        ];
        var window = ReplyWindow.Empty;
        for (var index = 0; index < commands.Length; index++)
        {
            window = window.Remember(commands[index], Reply((uint)index));
        }

        Assert.Equal(Enumerable.Range(0, commands.Length).Select(index => Reply((uint)index)), commands.Select(command => window.Find(command)!.Value));
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

    [Fact]
    public void A_refusal_is_remembered_of_a_command_with_an_id_only()
    {
        var refused = DmaResult.Refuse<DmaReply>(Refusal.Of(Errno.EBUSY, null, "mapped"));
        var named = new DmaCommand.Detach("a") { Id = "1" };
        var window = ReplyWindow.Empty.Remember(named, refused).Remember(new DmaCommand.Detach("b"), refused);

        Assert.Equal(refused, window.Find(named));
        Assert.Null(window.Find(named with { Id = "2" }));
        Assert.Null(window.Find(new DmaCommand.Detach("a")));
        Assert.Null(window.Find(new DmaCommand.Detach("b")));
    }

    [Fact]
    public void A_command_without_an_id_repeats_a_grant_of_its_content_and_one_with_an_id_only_its_own()
    {
        var window = ReplyWindow.Empty.Remember(new DmaCommand.Release { Id = "1" }, Reply(1));

        Assert.Equal(Reply(1), window.Find(new DmaCommand.Release()));
        Assert.Null(window.Find(new DmaCommand.Release { Id = "2" }));
        Assert.Null(window.Find(new DmaCommand.Revoke { Id = "1" }));
    }

    [Fact]
    public void A_new_export_forgets_commands_without_ids_and_remembers_exports_with_ids()
    {
        var named = SmallBoard.Attach("a") with { Id = "1" };
        var first = new BufferExport("b", 4096) { Id = "e1" };
        var window = ReplyWindow.Empty.Remember(named, Reply(1)).Remember(SmallBoard.Attach("b"), Reply(2)).ExportedAnew(first);

        Assert.Equal(Reply(1), window.Find(named));
        Assert.Null(window.Find(SmallBoard.Attach("b")));
        Assert.True(window.HasExported(first));
        Assert.False(window.HasExported(first with { Id = "e2" }));
        Assert.False(ReplyWindow.Empty.ExportedAnew(first with { Id = string.Empty }).HasExported(first with { Id = string.Empty }));
        var later = Enumerable.Range(0, ReplyWindow.ExportsMax)
            .Aggregate(window, (kept, number) => kept.ExportedAnew(first with { Id = $"f{number}" }));
        Assert.False(later.HasExported(first));
        Assert.Equal(ReplyWindow.ExportsMax, later.Exports.Length);
    }

    private static DmaResult<DmaReply> Reply(uint count) => DmaResult.Grant(new DmaReply(new DmaConstraints(4096, count, 0xfff)));
}
