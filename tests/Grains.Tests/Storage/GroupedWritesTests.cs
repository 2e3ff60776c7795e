using DmaGrains.Grains.Measuring;
using DmaGrains.Grains.Storage;

namespace DmaGrains.Grains.Tests.Storage;

public sealed class GroupedWritesTests
{
    private readonly List<TaskCompletionSource> _begun = [];
    private readonly List<int> _taken = [];
    private readonly GroupedWrites _writes;
    private int _applied;
    private int _dropped;

    public GroupedWritesTests() => _writes = new(
        () =>
        {
            _writes!.Take();
            _taken.Add(_applied);
            _begun.Add(new());
            return _begun[^1].Task;
        },
        () => _dropped++,
        Activations.Memories);

    [Fact]
    public async Task Change_is_settled_when_the_write_that_has_it_has_landed()
    {
        var first = Apply();
        var second = Apply();
        var third = Apply();
        Assert.Equal([1], _taken);

        _begun[0].SetResult();
        await first;
        Assert.Equal([1, 3], _taken);
        Assert.False(second.IsCompleted);

        _begun[1].SetResult();
        await Task.WhenAll(second, third);
        await _writes.SettledAsync();
        Assert.Equal(2, _taken.Count);
    }

    [Fact]
    public async Task Who_changed_nothing_waits_for_what_it_saw()
    {
        var change = Apply();
        var refusal = _writes.SettledAsync();
        Assert.False(refusal.IsCompleted);

        _begun[0].SetResult();
        await refusal;
        await change;
        Assert.True(_writes.SettledAsync().IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Failed_write_fails_all_that_was_applied_since_and_all_that_comes_later()
    {
        var first = Apply();
        var second = Apply();

        _begun[0].SetException(new IOException("the disk is full"));

        Assert.Equal("the disk is full", (await Assert.ThrowsAsync<IOException>(() => first)).Message);
        Assert.Equal("the disk is full", (await Assert.ThrowsAsync<IOException>(() => second)).Message);
        Assert.Equal(1, _dropped);
        Assert.Contains("the disk is full", Assert.Throws<OrleansException>(() => { _ = _writes.SettledAsync(); }).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<OrleansException>(() => _writes.RoomAsync().AsTask());
        Assert.Single(_taken);
    }

    [Fact]
    public async Task No_write_has_more_changes_than_a_group()
    {
        var first = Apply();
        var gathered = Enumerable.Range(0, GroupedWrites.GroupMax).Select(_ => Apply()).ToArray();
        var room = _writes.RoomAsync().AsTask();
        Assert.False(room.IsCompleted);

        _begun[0].SetResult();
        await room;
        var late = Apply();

        Assert.Equal([1, 1 + GroupedWrites.GroupMax], _taken);
        _begun[1].SetResult();
        await Task.WhenAll(gathered);
        Assert.Equal(2 + GroupedWrites.GroupMax, _taken[2]);
        _begun[2].SetResult();
        await late;
        await first;
    }

    [Fact]
    public async Task Who_waits_for_room_fails_with_the_write()
    {
        var first = Apply();
        var gathered = Enumerable.Range(0, GroupedWrites.GroupMax).Select(_ => Apply()).ToArray();
        var room = _writes.RoomAsync().AsTask();

        _begun[0].SetException(new IOException("the disk is full"));

        await Assert.ThrowsAsync<OrleansException>(() => room);
        await Assert.ThrowsAsync<IOException>(() => first);
        await Assert.ThrowsAsync<IOException>(() => gathered[^1]);
    }

    private Task Apply()
    {
        _applied++;
        _writes.Applied();
        return _writes.SettledAsync();
    }
}
