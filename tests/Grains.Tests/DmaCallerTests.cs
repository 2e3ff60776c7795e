using CsCheck;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Grains.Tests;

public sealed class DmaCallerTests
{
    private static readonly DateTimeOffset _start = new(2015, 1, 27, 0, 0, 0, TimeSpan.Zero);

    private static readonly DmaResult<DmaReply> _granted = DmaResult.Grant(DmaReply.Exported);

    [Fact]
    public void Numbers_grow_whatever_the_clock_does() => Gen.Long[-5, 5].Array[1, 30].Sample(steps =>
    {
        var time = new ShiftingTime(_start);
        var caller = new DmaCaller(time);
        var last = caller.Next().Number;
        Assert.Equal((_start - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond, last);
        foreach (var step in steps)
        {
            time.Now += TimeSpan.FromMicroseconds(step);
            var next = caller.Next().Number;
            Assert.True(next > last);
            last = next;
        }
    });

    [Fact]
    public void Callers_have_names_of_their_own() =>
        Assert.Equal(1000, Enumerable.Range(0, 1000).Select(_ => new DmaCaller().Name).Distinct().Count());

    [Fact]
    public void A_batch_has_growing_numbers_of_one_caller() =>
        Assert.Null(ReplyTable.Check(new DmaCaller().Number(Enumerable.Repeat(new DmaCommand.Release(), 1024))));

    [Fact]
    public async Task SendAsync_begins_above_what_a_buffer_has_forgotten_and_asks_no_third_time()
    {
        var caller = new DmaCaller(new ShiftingTime(_start));
        var asked = new List<long>();
        var reply = await caller.SendAsync(id =>
        {
            asked.Add(id.Number);
            return Task.FromResult(asked.Count == 1 ? Stale(long.MaxValue / 2) : _granted);
        });

        Assert.True(reply.IsGranted);
        Assert.Equal((2, (long.MaxValue / 2) + 1), (asked.Count, asked[1]));
        Assert.Equal(Errno.ESTALE, (await caller.SendAsync(id => Task.FromResult(Stale(id.Number)))).Refusal!.Errno);
        Assert.False(caller.Learn(Refusal.Of(Errno.EBUSY, null, "mapped")));
    }

    [Fact]
    public async Task A_caller_whose_request_failed_makes_no_other_one()
    {
        var callers = new DmaCallers();
        var first = await callers.AskAsync(caller => Task.FromResult(caller.Name));
        Assert.Equal(first, await callers.AskAsync(caller => Task.FromResult(caller.Name)));

        await Assert.ThrowsAsync<TimeoutException>(() => callers.AskAsync<int>(_ => throw new TimeoutException()));

        Assert.NotEqual(first, await callers.AskAsync(caller => Task.FromResult(caller.Name)));
    }

    [Fact]
    public async Task Requests_at_once_have_callers_of_their_own()
    {
        var callers = new DmaCallers();
        var begun = new TaskCompletionSource<string>();
        var end = new TaskCompletionSource();
        var slow = callers.AskAsync(async caller =>
        {
            begun.SetResult(caller.Name);
            await end.Task;
            return caller.Name;
        });

        Assert.NotEqual(await begun.Task, await callers.AskAsync(caller => Task.FromResult(caller.Name)));
        end.SetResult();
        await slow;
    }

    private static DmaResult<DmaReply> Stale(long least) =>
        DmaResult.Refuse<DmaReply>(new(Errno.ESTALE, null, "Id", 1, (ulong)least, "stale"));

    private sealed class ShiftingTime(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
