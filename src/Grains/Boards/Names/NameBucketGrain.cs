using System.Collections.Immutable;
using DmaGrains.Grains.Storage;
using DmaGrains.Model;

namespace DmaGrains.Grains.Boards.Names;

/// <summary>Stores a bucket of names and makes each change durable before it replies.</summary>
/// <remarks>
/// A split writes the new bucket first, then this one, and last the board's number of buckets. If it fails before this bucket is written,
/// this bucket still has all its names, no caller asks the new one, and the split is repeated with the names of that time. After that,
/// this bucket redirects requests for moved names, even when the board does not know the new bucket yet; so it does with a listing, which
/// reaches the new bucket's places through this one.
/// </remarks>
[GrainType("dma-name-bucket")]
internal sealed class NameBucketGrain(
    [PersistentState("names", StorageNames.Default)] IPersistentState<NameBucketRecord> storage, TimeProvider time) : Grain, INameBucketGrain
{
    private readonly RemovedNames _removed = new(time);
    private string _board = string.Empty;
    private uint _number;

    private NameBucket Bucket => new(_number, storage.State);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        (_board, _number) = NameBucketKeys.PartsOf(this.GetPrimaryKeyString());
        if (storage.RecordExists)
        {
            Bucket.AssertInvariants();
            Note(storage.State.Removed);
        }

        return Task.CompletedTask;
    }

    public async Task<BucketReply> AddAsync(ListedName name, CancellationToken cancellationToken)
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
        var isDone = ReferenceEquals(next, storage.State) || !Bucket.IsFull;
        if (isDone)
        {
            await WriteAsync(next);
        }

        return new(null, Bucket.IsOver, isDone);
    }

    public async Task<BucketReply> RemoveAsync(ListedName name, CancellationToken cancellationToken)
    {
        if (Bucket.ElsewhereFor(name.Position.Place) is { } other)
        {
            return new(other, false, false);
        }

        await WriteAsync(Bucket.Without(name));
        _removed.Add(name);
        return new(null, false, true);
    }

    public Task<BucketPage> ListAsync(NamePosition after, int count, CancellationToken cancellationToken)
    {
        if (Bucket.ElsewhereFor(after.Place) is { } other)
        {
            return Task.FromResult(new BucketPage(other, [], null));
        }

        var (names, next) = Bucket.Page(after, count);
        return Task.FromResult(new BucketPage(null, names, next));
    }

    public async Task<int> SplitAsync(int level, CancellationToken cancellationToken)
    {
        if (storage.State.Level > level)
        {
            return storage.State.Names.Length;
        }

        Invariant.Holds(storage.State.Level == level);
        var (next, number, moving) = Bucket.Split();
        await GrainFactory.GetNameBucket(_board, number).FillAsync(
            next.Level, next.Version, moving, next.Removed, CancellationToken.None);
        await WriteAsync(next);
        return Math.Max(next.Names.Length, moving.Length);
    }

    public async Task FillAsync(
        int level, ulong version, ImmutableArray<ListedName> names, ImmutableArray<ListedName> removed, CancellationToken cancellationToken)
    {
        await WriteAsync(Bucket.Filled(level, version, names, removed));
        Note(storage.State.Removed);
    }

    private void Note(ImmutableArray<ListedName> removed)
    {
        foreach (var name in removed)
        {
            _removed.Add(name);
        }
    }

    private async Task WriteAsync(NameBucketRecord next)
    {
        if (!ReferenceEquals(next, storage.State))
        {
            await storage.WriteAsync(next, DeactivateOnIdle);
        }
    }
}
