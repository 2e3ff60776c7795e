using DmaGrains.Grains.Storage;
using DmaGrains.Interfaces;
using DmaGrains.Model;

namespace DmaGrains.Grains.Boards.Names;

/// <summary>
/// The names of a board's buffers, or of all boards, in buckets: separate grains of about <see cref="NameBucket.NamesWanted"/> names. The
/// grain that lists the names stores the number of buckets. Calls may interleave.
/// </summary>
/// <param name="grains">Gives the buckets.</param>
/// <param name="board">The board whose buffers are listed; empty for the names of all boards.</param>
/// <param name="storage">The stored number of buckets.</param>
/// <param name="dropActivation">The listing grain's DeactivateOnIdle.</param>
internal sealed class NameBuckets(
    IGrainFactory grains, string board, IPersistentState<NameBucketsRecord> storage, Action dropActivation)
{
    /// <summary>The most buckets of one listing.</summary>
    public const uint BucketsMax = 1 << 20;

    // A listing may meet many empty buckets; it then returns what it has so far.
    private const int BucketsPerPage = 64;

    // Names that arrive together wait for a few splits at most; after this many attempts, the hash does not distribute names.
    private const int AttemptsMax = 1000;

    private Task? _growth;

    private BucketTable Table => new(storage.State.BucketCount);

    /// <summary>Adds a name; if it is there already, of that generation or a later one, nothing changes.</summary>
    /// <returns>EINVAL naming Buffer or Board (not a name) or Generation (it was removed a short while ago), or ENOSPC; null when added.</returns>
    public async Task<Refusal?> AddAsync(ListedName name)
    {
        if (Check(name) is { } malformed)
        {
            return malformed;
        }

        for (var attempt = 0; attempt < AttemptsMax; attempt++)
        {
            var reply = await AskAsync(name.Name, bucket => bucket.AddAsync(name));
            if (reply.IsTooLate)
            {
                return new(
                    Errno.EINVAL, null, "Generation", name.Generation, null,
                    $"{name.Name} of generation {name.Generation} is gone from the listing; a request to list it comes too late.");
            }

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
            $"There are {Table.Count} buckets of names, and the one for {name.Name} is full.");
    }

    /// <summary>Removes a name of that generation or an earlier one; a later generation stays, and a missing name changes nothing.</summary>
    /// <returns>EINVAL naming Buffer or Board (not a name); null when it is not listed any more.</returns>
    public async Task<Refusal?> RemoveAsync(ListedName name)
    {
        if (Check(name) is { } malformed)
        {
            return malformed;
        }

        await AskAsync(name.Name, bucket => bucket.RemoveAsync(name));
        return null;
    }

    /// <summary>Names, a page at a time.</summary>
    /// <param name="cursor">The cursor of the previous page; empty to start.</param>
    /// <param name="count">The wanted number of names; limited to that of a page.</param>
    /// <param name="cancellation">Stops asking buckets.</param>
    /// <returns>EINVAL naming Cursor.</returns>
    public async Task<DmaResult<NamePage>> ListAsync(string cursor, int count, CancellationToken cancellation)
    {
        const string Field = "Cursor";
        return cursor is null ? DmaResult.Refuse<NamePage>(Refusal.Null(Field))
            : NamePosition.Parse(cursor) is { } after ? DmaResult.Grant(await ListAsync(after, Math.Clamp(count, 1, IBoardGrain.PageMax), cancellation))
            : DmaResult.Refuse<NamePage>(Refusal.Of(
                Errno.EINVAL, Field,
                $"'{HarmlessText.Cut(cursor, ModelName.QuotedMax)}' is not a cursor of a listing: expected the cursor of the previous page, or nothing."));
    }

    /// <summary>One of the names; null when there are none.</summary>
    public async Task<string?> FindAnyAsync(CancellationToken cancellation)
    {
        NamePosition? after = NamePosition.Start;
        while (after is { } position)
        {
            var page = await ListAsync(position, 1, cancellation);
            if (!page.Names.IsEmpty)
            {
                return page.Names[0];
            }

            after = page.Next is { } next ? NamePosition.Parse(next) : null;
        }

        return null;
    }

    /// <summary>Names after a position.</summary>
    /// <param name="after">Where the previous page ended.</param>
    /// <param name="count">The most names, 1 or more; there may be fewer even if more follow.</param>
    /// <param name="cancellation">Stops asking buckets.</param>
    private async Task<NamePage> ListAsync(NamePosition after, int count, CancellationToken cancellation)
    {
        var names = new List<string>();
        var bucket = Table.BucketOf(after.Place);
        for (var asked = 0; asked < BucketsPerPage && names.Count < count; asked++)
        {
            var page = await grains.GetNameBucket(board, bucket).ListAsync(after, count - names.Count, cancellation);
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

    private Refusal? Check(ListedName name) => ModelName.Check(name.Name, board.Length == 0 ? "Board" : "Buffer");

    private async Task<BucketReply> AskAsync(string name, Func<INameBucketGrain, Task<BucketReply>> ask)
    {
        // A bucket that has split says which bucket has the name now: the stored number may be one behind.
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
