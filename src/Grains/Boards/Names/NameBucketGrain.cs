using System.Collections.Immutable;
using DmaGrains.Grains.Measuring;
using DmaGrains.Grains.Storage;
using DmaGrains.Model;

namespace DmaGrains.Grains.Boards.Names;

/// <summary>Stores a bucket of names and makes each change durable before it replies.</summary>
/// <remarks>
/// A split writes the new bucket first, then this one, and last the board's number of buckets. If it fails before this bucket is written,
/// this bucket still has all its names, no caller asks the new one, and the split is repeated with the names of that time. After that, this
/// bucket redirects requests for moved names, even when the board does not know the new bucket yet. A listing, too, reaches the new
/// bucket's places through this one. Calls apply at once and share writes (<see cref="GroupedWrites"/>); while a bucket splits, changes of
/// its names wait.
/// </remarks>
[GrainType("dma-name-bucket")]
internal sealed class NameBucketGrain(
    [PersistentState("names", StorageNames.Default)] IPersistentState<NameBucketRecord> storage, TimeProvider time) : Grain, INameBucketGrain
{
    private readonly RemovedNames _removed = new(time);
    private string _board = string.Empty;
    private uint _number;

    private GroupedWrites _writes = null!;

    // With all changes that were applied.
    private NameBucketRecord _record = storage.State;
    private Task _split = Task.CompletedTask;

    private NameBucket Bucket => new(_number, _record);

    private NameBucket Durable => new(_number, storage.State);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        (_board, _number) = NameBucketKeys.PartsOf(this.GetPrimaryKeyString());
        _writes = new(WriteAsync, DeactivateOnIdle, Activations.Names);
        _record = storage.State;
        if (storage.RecordExists)
        {
            Bucket.AssertInvariants();
            Note(storage.State.Removed);
        }

        Activations.Names.Began();
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        Activations.Names.Ended();
        return Task.CompletedTask;
    }

    public async Task<BucketReply> AddAsync(ListedName name, CancellationToken cancellationToken)
    {
        await RoomAsync();
        var reply = Add(name);
        await _writes.SettledAsync();
        return reply;
    }

    public async Task<BucketReply> RemoveAsync(ListedName name, CancellationToken cancellationToken)
    {
        await RoomAsync();
        var reply = Remove(name);
        await _writes.SettledAsync();
        return reply;
    }

    public Task<BucketPage> ListAsync(NamePosition after, int count, CancellationToken cancellationToken)
    {
        if (Durable.ElsewhereFor(after.Place) is { } other)
        {
            return Task.FromResult(new BucketPage(other, [], null));
        }

        var (names, next) = Durable.Page(after, count);
        return Task.FromResult(new BucketPage(null, names, next));
    }

    public async Task<int> SplitAsync(int level, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _split = done.Task;
        try
        {
            await _writes.SettledAsync();
            return await SplitAsync(level);
        }
        finally
        {
            done.SetResult();
        }
    }

    public async Task FillAsync(
        int level, ulong version, ImmutableArray<ListedName> names, ImmutableArray<ListedName> removed, CancellationToken cancellationToken)
    {
        Apply(Bucket.Filled(level, version, names, removed));
        Note(_record.Removed);
        await _writes.SettledAsync();
    }

    private async Task<int> SplitAsync(int level)
    {
        if (_record.Level > level)
        {
            return _record.Names.Length;
        }

        Invariant.Holds(_record.Level == level);
        var (next, number, moving) = Bucket.Split();
        await GrainFactory.GetNameBucket(_board, number).FillAsync(
            next.Level, next.Version, moving, next.Removed, CancellationToken.None);
        Apply(next);
        await _writes.SettledAsync();
        return Math.Max(next.Names.Length, moving.Length);
    }

    private BucketReply Add(ListedName name)
    {
        if (Bucket.ElsewhereFor(name.Position.Place) is { } other)
        {
            return new(other, false, false);
        }

        if (_removed.Has(name) || Bucket.IsTooLate(name))
        {
            return new(null, false, false, IsTooLate: true);
        }

        var next = Bucket.With(name);
        var isDone = ReferenceEquals(next, _record) || !Bucket.IsFull;
        if (isDone)
        {
            Apply(next);
        }

        return new(null, Bucket.IsOver, isDone);
    }

    private BucketReply Remove(ListedName name)
    {
        if (Bucket.ElsewhereFor(name.Position.Place) is { } other)
        {
            return new(other, false, false);
        }

        Apply(Bucket.Without(name));
        _removed.Add(name);
        return new(null, false, true);
    }

    private async ValueTask RoomAsync()
    {
        do
        {
            while (!_split.IsCompleted)
            {
                await _split;
            }

            await _writes.RoomAsync();
        }
        while (!_split.IsCompleted);
    }

    private void Note(ImmutableArray<ListedName> removed)
    {
        foreach (var name in removed)
        {
            _removed.Add(name);
        }
    }

    private void Apply(NameBucketRecord next)
    {
        if (!ReferenceEquals(next, _record))
        {
            _record = next;
            _writes.Applied();
        }
    }

    private async Task WriteAsync()
    {
        _writes.Take();
        await storage.WriteAsync(_record, DeactivateOnIdle);
    }
}
