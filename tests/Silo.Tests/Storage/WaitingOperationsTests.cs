using DmaGrains.Storage;

namespace DmaGrains.Silo.Tests.Storage;

public sealed class WaitingOperationsTests
{
    private readonly WaitingOperations _queue = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Take_gives_what_waits_in_its_order()
    {
        StateOperation[] waiting = [Change("a"), Read("a"), Read("a"), Change("b"), Change("a", "other")];
        Add(waiting);

        Assert.Equal(waiting, _queue.Take());
        Assert.Empty(_queue.Take());
    }

    [Fact]
    public void Take_leaves_the_second_change_of_a_row_for_the_next_group()
    {
        StateOperation[] waiting = [Change("a"), Change("b"), Change("a"), Change("c"), Change("a")];
        Add(waiting);

        Assert.Equal(waiting[..2], _queue.Take());
        Assert.Equal(waiting[2..4], _queue.Take());
        Assert.Equal(waiting[4..], _queue.Take());
    }

    [Fact]
    public void Take_gives_no_more_than_a_group()
    {
        Add([.. Enumerable.Range(0, WaitingOperations.GroupMax + 1).Select(index => Change($"a{index}"))]);

        Assert.Equal(WaitingOperations.GroupMax, _queue.Take().Count);
        Assert.Single(_queue.Take());
    }

    [Fact]
    public void Take_gives_no_more_when_the_changes_are_large()
    {
        StateOperation[] waiting =
        [
            Change("a", bytes: 1), Change("b", bytes: WaitingOperations.GroupBytesMax - 2), Change("c", bytes: 1), Change("d"),
            Change("e", bytes: 2 * WaitingOperations.GroupBytesMax), Change("f"),
        ];
        Add(waiting);

        Assert.Equal(waiting[..3], _queue.Take());
        Assert.Equal(waiting[3..5], _queue.Take());
        Assert.Equal(waiting[5..], _queue.Take());
    }

    [Fact]
    public async Task Take_passes_over_what_was_withdrawn()
    {
        using var withdrawal = new CancellationTokenSource();
        var withdrawn = new StateChange("a", "buffer", null, [1], withdrawal.Token);
        var other = Change("b");
        Add([withdrawn, other]);
        await withdrawal.CancelAsync();

        Assert.Equal([other], _queue.Take());
        await Assert.ThrowsAsync<TaskCanceledException>(() => withdrawn.Done.AsTask());
    }

    [Fact]
    public async Task Fail_fails_all_that_waits()
    {
        StateOperation[] waiting = [Change("a"), Change("a"), Read("b")];
        Add(waiting);

        _queue.Fail(new StorageException("gone"));

        foreach (var operation in waiting)
        {
            Assert.Equal("gone", (await Assert.ThrowsAsync<StorageException>(() => operation.Done.AsTask())).Message);
        }

        Assert.Empty(_queue.Take());
    }

    [Fact]
    public async Task A_complete_queue_gives_what_it_has_and_takes_nothing()
    {
        Add([Change("a")]);

        _queue.Complete();

        Assert.False(_queue.TryAdd(Change("b")));
        Assert.True(await _queue.WaitAsync());
        Assert.Single(_queue.Take());
        Assert.False(await _queue.WaitAsync());
    }

    private static StateChange Change(string grain, string name = "buffer", int bytes = 1) =>
        new(grain, name, null, new byte[bytes], Cancellation);

    private static StateRead Read(string grain) => new(grain, "buffer", Cancellation);

    private void Add(IEnumerable<StateOperation> operations) =>
        Assert.All(operations, operation => Assert.True(_queue.TryAdd(operation)));
}
