using DmaGrains.Model.Buffers;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Tests.Boards;

namespace DmaGrains.Model.Tests.Buffers;

public sealed class ReplyTableTests
{
    private static readonly DmaResult<DmaReply> _refused = DmaResult.Refuse<DmaReply>(Refusal.Of(Errno.EBUSY, null, "mapped"));

    [Fact]
    public void Answer_gives_the_reply_that_an_equal_command_got()
    {
        DmaCommand[] commands =
        [
            SmallBoard.Attach("gpu"), SmallBoard.Detach("gpu"), SmallBoard.Map("gpu"), SmallBoard.Unmap("gpu"),
            SmallBoard.Release(), new DmaCommand.Revoke(), MappedBoard.MapRaw("gpu"), MappedBoard.MapRaw("gpu", MapOptions.NoBounce),
        ];
        var (unnamed, named) = (ReplyTable.Empty, ReplyTable.Empty);
        for (var index = 0; index < commands.Length; index++)
        {
            unnamed = unnamed.Remember(commands[index], Reply(index));
            named = named.Remember(commands[index] with { Id = Id(index + 1) }, Reply(index), index, Id(1));
        }

        Assert.All(commands.Index(), each => Assert.Equal(Reply(each.Index), unnamed.Answer(each.Item)));
        Assert.All(commands.Index(), each => Assert.Equal(Reply(each.Index), named.Answer(each.Item with { Id = Id(each.Index + 1) })));
    }

    [Fact]
    public void Answer_gives_nothing_to_a_command_without_an_id_that_differs_in_content_or_kind()
    {
        var table = ReplyTable.Empty.Remember(SmallBoard.Attach("gpu"), Reply(1)).Remember(SmallBoard.Map("gpu"), Reply(2));

        Assert.Null(table.Answer(new DmaCommand.Attach("gpu", "display")));
        Assert.Null(table.Answer(new DmaCommand.Map("gpu", "gpu", DmaDirection.ToDevice)));
        Assert.Null(table.Answer(new DmaCommand.Detach("gpu")));
        Assert.Null(ReplyTable.Empty.Answer(new DmaCommand.Release()));
    }

    [Fact]
    public void Answer_gives_the_latest_reply_when_a_command_without_an_id_came_twice()
    {
        var table = ReplyTable.Empty.Remember(SmallBoard.Attach("gpu"), Reply(1)).Remember(SmallBoard.Attach("gpu"), Reply(2));

        Assert.Equal(Reply(2), table.Answer(SmallBoard.Attach("gpu")));
    }

    [Fact]
    public void Remember_forgets_the_oldest_grant_without_an_id_when_there_are_too_many()
    {
        var full = Enumerable.Range(0, ReplyTable.UnnamedMax).Aggregate(ReplyTable.Empty, (table, index) => table.Remember(Attach(index), Reply(index)));
        var next = full.Remember(Attach(99), Reply(99));

        Assert.Equal(Reply(0), full.Answer(Attach(0)));
        Assert.Null(next.Answer(Attach(0)));
        Assert.Equal(Reply(1), next.Answer(Attach(1)));
        Assert.Equal(Reply(99), next.Answer(Attach(99)));
        Assert.Equal(ReplyTable.UnnamedMax, next.Unnamed.Length);
    }

    [Fact]
    public void A_batch_without_ids_is_remembered_whole_until_the_next_request()
    {
        var batch = Enumerable.Range(0, ReplyTable.RequestMax).Aggregate(
            ReplyTable.Empty.Remember(Attach(5000), Reply(0)), (table, index) => table.Remember(Attach(index), Reply(index), index));

        Assert.All(Enumerable.Range(0, ReplyTable.RequestMax), index => Assert.Equal(Reply(index), batch.Answer(Attach(index))));
        Assert.Equal(ReplyTable.UnnamedMax, batch.Remember(Attach(5001), Reply(1)).Unnamed.Length);
    }

    [Fact]
    public void A_refusal_is_remembered_of_a_command_with_an_id_only()
    {
        var named = new DmaCommand.Detach("a") { Id = Id(1) };
        var table = ReplyTable.Empty.Remember(named, _refused).Remember(new DmaCommand.Detach("b"), _refused);

        Assert.Equal(_refused, table.Answer(named));
        Assert.Null(table.Answer(named with { Id = Id(2) }));
        Assert.Null(table.Answer(new DmaCommand.Detach("a")));
        Assert.Null(table.Answer(new DmaCommand.Detach("b")));
    }

    [Fact]
    public void A_refused_name_that_no_name_can_be_is_not_kept()
    {
        var named = new DmaCommand.Detach(new string('a', 1 << 20)) { Id = Id(1) };

        Assert.Same(ReplyTable.Empty, ReplyTable.Empty.Remember(named, _refused));
    }

    [Fact]
    public void A_command_without_an_id_repeats_no_command_with_one_nor_the_other_way_round()
    {
        var release = new DmaCommand.Release();

        Assert.Null(ReplyTable.Empty.Remember(release with { Id = Id(1) }, Reply(1)).Answer(release));
        Assert.Null(ReplyTable.Empty.Remember(release, Reply(1)).Answer(release with { Id = Id(1) }));
    }

    [Fact]
    public void An_id_of_another_command_is_refused_with_EINVAL()
    {
        var table = ReplyTable.Empty.Remember(Attach(1) with { Id = Id(1) }, Reply(1));

        Assert.Equal((Errno.EINVAL, "Id"), Refused(table, Attach(2) with { Id = Id(1) }));
        Assert.Equal((Errno.EINVAL, "Id"), Refused(table, new DmaCommand.Revoke { Id = Id(1) }));
        Assert.Equal((Errno.EINVAL, "Id"), (table.Answer(new BufferExport("b", 1) { Id = Id(1) })!.Value.Refusal!.Errno, "Id"));
    }

    [Theory]
    [InlineData(null, 1L)]
    [InlineData("a b", 1L)]
    [InlineData("a", 0L)]
    [InlineData("a", -1L)]
    public void What_is_not_an_id_is_refused_with_EINVAL(string? caller, long number) =>
        Assert.Equal((Errno.EINVAL, "Id"), Refused(ReplyTable.Empty, Attach(1) with { Id = new(caller!, number) }));

    [Fact]
    public void What_came_before_a_callers_last_request_is_refused_with_ESTALE()
    {
        var table = ReplyTable.Empty.Remember(Attach(1) with { Id = Id(3) }, Reply(1)).Remember(Attach(2) with { Id = Id(5) }, Reply(2));

        Assert.Equal((Errno.ESTALE, "Id"), Refused(table, Attach(1) with { Id = Id(3) }));
        Assert.Equal((Errno.ESTALE, "Id"), Refused(table, Attach(3) with { Id = Id(4) }));
        Assert.Equal(Reply(2), table.Answer(Attach(2) with { Id = Id(5) }));
        Assert.Null(table.Answer(Attach(3) with { Id = Id(6) }));
    }

    [Fact]
    public void A_batch_is_remembered_whole_until_its_callers_next_request_and_may_go_on_after_a_crash_in_its_middle()
    {
        var before = ReplyTable.Empty.Remember(Attach(0) with { Id = Id(1) }, Reply(0));
        var half = Batch(before, 10, 0, ReplyTable.RequestMax / 2);
        var whole = Batch(half, 10, ReplyTable.RequestMax / 2, ReplyTable.RequestMax);

        Assert.All(
            Enumerable.Range(0, ReplyTable.RequestMax),
            index => Assert.Equal(Reply(index), whole.Answer(Attach(index) with { Id = Id(10 + index) })));
        Assert.Equal((Errno.ESTALE, "Id"), Refused(whole, Attach(0) with { Id = Id(1) }));
        Assert.Single(whole.Remember(Attach(9) with { Id = Id(5000) }, Reply(9)).Callers[0].Replies);

        // Whoever always begins with the same number gets no more of them remembered.
        Assert.Equal(ReplyTable.RequestMax, whole.Remember(Attach(9) with { Id = Id(5000) }, Reply(9), 1, Id(10)).Callers[0].Replies.Length);
    }

    [Fact]
    public void Who_asked_longest_ago_is_forgotten_and_nobody_begins_below()
    {
        // The last callers have the lowest numbers: it is not the number that counts, but who asked when.
        var full = Enumerable.Range(0, ReplyTable.CallersMax).Aggregate(
            ReplyTable.Empty, (table, caller) => table.Remember(Attach(caller) with { Id = Of(caller, 1000 - caller) }, Reply(caller)));
        var again = full.Remember(Attach(7) with { Id = Of(0, 2000) }, Reply(7));
        var next = again.Remember(Attach(8) with { Id = Of(500, 3000) }, Reply(8));

        Assert.Equal((ReplyTable.CallersMax, 0L), (full.Callers.Length, full.Horizon));
        Assert.Equal(Reply(0), full.Answer(Attach(0) with { Id = Of(0, 1000) }));
        Assert.Equal((ReplyTable.CallersMax, 999L), (next.Callers.Length, next.Horizon));
        Assert.Equal(Reply(7), next.Answer(Attach(7) with { Id = Of(0, 2000) }));
        Assert.Equal(Reply(2), next.Answer(Attach(2) with { Id = Of(2, 998) }));

        // The forgotten one, and any that nobody has heard of, has to be above it.
        var stale = next.Answer(Attach(1) with { Id = Of(1, 999) })!.Value.Refusal!;
        Assert.Equal((Errno.ESTALE, 999UL, 999UL), (stale.Errno, stale.Needed, stale.Limit));
        Assert.Equal((Errno.ESTALE, "Id"), Refused(next, Attach(1) with { Id = Of(600, 999) }));
        Assert.Null(next.Answer(Attach(1) with { Id = Of(600, 1000) }));
        Assert.Null(next.Answer(Attach(1) with { Id = Of(2, 999) }));
    }

    [Fact]
    public void No_more_replies_are_kept_than_stated_and_the_last_request_always()
    {
        var table = ReplyTable.Empty;
        for (var caller = 0; caller < 10; caller++)
        {
            for (var index = 0; index < ReplyTable.RequestMax; index++)
            {
                table = table.Remember(Attach(index) with { Id = Of(caller, 1 + index) }, Reply(index), index, Of(caller, 1));
                Assert.InRange(table.Callers.Sum(each => each.Replies.Length), 1, ReplyTable.RepliesMax);
            }

            Assert.Equal(Reply(0), table.Answer(Attach(0) with { Id = Of(caller, 1) }));
        }

        Assert.Equal(["c6", "c7", "c8", "c9"], table.Callers.Select(caller => caller.Caller));
        Assert.Equal(ReplyTable.RequestMax, table.Horizon);
    }

    [Fact]
    public void A_new_export_forgets_commands_without_ids_alone()
    {
        var named = SmallBoard.Attach("a") with { Id = Id(2) };
        var export = new BufferExport("b", 4096) { Id = new("exporter", 1) };
        var table = ReplyTable.Empty.Remember(export, DmaResult.Grant(DmaReply.Exported))
            .Remember(named, Reply(1)).Remember(SmallBoard.Attach("b"), Reply(2)).ExportedAnew();

        Assert.Equal(Reply(1), table.Answer(named));
        Assert.Null(table.Answer(SmallBoard.Attach("b")));
        Assert.Equal(DmaResult.Grant(DmaReply.Exported), table.Answer(export));
        Assert.Null(table.Answer(export with { Id = null }));
        Assert.Same(ReplyTable.Empty, ReplyTable.Empty.Remember(export with { Id = null }, _refused));
    }

    [Fact]
    public void A_batch_has_growing_ids_of_one_caller_or_none_at_all()
    {
        DmaCommand a = Attach(1), b = Attach(2);

        Assert.Null(ReplyTable.Check([a, b]));
        Assert.Null(ReplyTable.Check([a with { Id = Id(1) }]));
        Assert.Null(ReplyTable.Check([a with { Id = Id(1) }, b with { Id = Id(3) }]));
        Assert.All<DmaCommand[]>(
            [
                [a with { Id = Id(1) }, b],
                [a, b with { Id = Id(1) }],
                [a with { Id = Id(1) }, b with { Id = Id(1) }],
                [a with { Id = Id(2) }, b with { Id = Id(1) }],
                [a with { Id = Id(1) }, b with { Id = Of(7, 2) }],
            ],
            batch => Assert.Equal((Errno.EINVAL, "Id"), (ReplyTable.Check(batch)!.Errno, ReplyTable.Check(batch)!.Field)));
    }

    private static ReplyTable Batch(ReplyTable table, int first, int from, int to) => Enumerable.Range(from, to - from).Aggregate(
        table, (so, index) => so.Remember(Attach(index) with { Id = Id(first + index) }, Reply(index), index, Id(first)));

    private static (Errno Errno, string? Field) Refused(ReplyTable table, DmaCommand command) =>
        table.Answer(command)!.Value.Refusal is { } refusal ? (refusal.Errno, refusal.Field) : default;

    private static DmaCommand.Attach Attach(int number) => new($"a{number}", "gpu");

    private static CommandId Id(long number) => new("caller", number);

    private static CommandId Of(int caller, long number) => new($"c{caller}", number);

    private static DmaResult<DmaReply> Reply(int count) => DmaResult.Grant(new DmaReply(new DmaConstraints(4096, (uint)count, 0xfff)));
}
