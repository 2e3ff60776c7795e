using DmaGrains.Grains.Storage;
using DmaGrains.Interfaces;
using DmaGrains.Model;

namespace DmaGrains.Grains.Boards.Names;

/// <summary>
/// The names of a board's buffers, in buckets: grains of their own, of about <see cref="NameBucket.NamesWanted"/> names. The board
/// keeps how many there are. Calls may interleave.
/// </summary>
/// <param name="grains">Where the buckets are.</param>
/// <param name="board">The board.</param>
/// <param name="storage">What the board keeps of it.</param>
/// <param name="dropActivation">The board's DeactivateOnIdle.</param>
internal sealed class BufferNames(
    IGrainFactory grains, string board, IPersistentState<BufferNamesRecord> storage, Action dropActivation)
{
    /// <summary>Most buckets of a board.</summary>
    public const uint BucketsMax = 1 << 20;

    // A listing may meet many buckets that have become empty; it comes back with what it has.
    private const int BucketsPerPage = 64;

    // Names that come at once wait for buckets together, a few splits at most; if it takes that many, they are not spread at all.
    private const int AttemptsMax = 1000;

    private Task? _growth;

    private BucketTable Table => new(storage.State.BucketCount);

    /// <summary>Adds a name; one that is there already is added.</summary>
    /// <returns>ENOSPC; null when added.</returns>
    public async Task<Refusal?> AddAsync(string name)
    {
        for (var attempt = 0; attempt < AttemptsMax; attempt++)
        {
            var reply = await AskAsync(name, bucket => bucket.AddAsync(name));
            if (reply.IsOver && Table.Count < BucketsMax)
            {
                _growth = _growth is { IsCompleted: false } ? _growth : GrowAsync();
                await _growth;
            }
            else if (!reply.IsDone)
            {
                break;
            }

            if (reply.IsDone)
            {
                return null;
            }
        }

        return new(
            Errno.ENOSPC, null, "Buffers", Table.Count, BucketsMax,
            $"Board {board} has {Table.Count} buckets of buffer names, and that of {name} is full.");
    }

    /// <summary>Removes a name; one that is not there is removed.</summary>
    public Task RemoveAsync(string name) => AskAsync(name, bucket => bucket.RemoveAsync(name));

    /// <summary>Names behind a position.</summary>
    /// <param name="after">Where the page before ended.</param>
    /// <param name="count">Most names, 1 or more; there may be fewer, also where more follow.</param>
    public async Task<NamePage> ListAsync(NamePosition after, int count)
    {
        var names = new List<string>();
        var bucket = Table.BucketOf(after.Place);
        for (var asked = 0; asked < BucketsPerPage && names.Count < count; asked++)
        {
            var page = await grains.GetNameBucket(board, bucket).ListAsync(after, count - names.Count);
            names.AddRange(page.Names);
            if (page.Elsewhere is null && page.Next is null)
            {
                return new([.. names], null);
            }

            after = page.Next ?? after;
            bucket = page.Elsewhere ?? Table.BucketOf(after.Place);
        }

        return new([.. names], after.ToString());
    }

    private async Task<BucketReply> AskAsync(string name, Func<INameBucketGrain, Task<BucketReply>> ask)
    {
        // A bucket that has split says who has the name now: what the board keeps may be one behind.
        var reply = await ask(grains.GetNameBucket(board, Table.BucketOf(NamePosition.Of(name).Place)));
        while (reply.Elsewhere is { } other)
        {
            reply = await ask(grains.GetNameBucket(board, other));
        }

        return reply;
    }

    private async Task GrowAsync()
    {
        for (var largest = int.MaxValue; largest > NameBucket.NamesWanted && Table.Count < BucketsMax;)
        {
            var table = Table;
            largest = await grains.GetNameBucket(board, table.NextToSplit).SplitAsync(table.Level);
            await storage.WriteAsync(new() { BucketCount = table.Count + 1 }, dropActivation);
        }
    }
}
