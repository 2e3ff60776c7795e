using System.Collections.Immutable;
using System.Text;
using StackExchange.Redis;

namespace DmaGrains.Storage.Redis;

/// <summary>
/// Journals, each a list under one key: the number of its snapshot, the snapshot, the entries after it. A script looks at the journal's end
/// and writes; a server does nothing else meanwhile.
/// </summary>
/// <param name="connection">The connection, shared with everything else that a silo does there.</param>
/// <param name="address">Where it leads to.</param>
/// <param name="service">Orleans' service id: services on one server have journals of their own.</param>
internal sealed class RedisJournals(IConnectionMultiplexer connection, RedisConnection address, string service) : IJournalStore
{
    // 0 as the last number is that of a journal that has not begun.
    private const string Last =
        """
        local rows = redis.call('LLEN', KEYS[1])
        local last = rows == 0 and 0 or redis.call('LINDEX', KEYS[1], 0) + rows - 2
        """;

    private const string Append =
        $"""
        {Last}
        if rows == 0 or tonumber(ARGV[1]) ~= last + 1 then return 0 end
        redis.call('RPUSH', KEYS[1], ARGV[2])
        return 1
        """;

    // The list grows first: a server that is full refuses that before anything has changed.
    private const string Replace =
        $"""
        {Last}
        if tonumber(ARGV[1]) ~= last + 1 then return 0 end
        redis.call('RPUSH', KEYS[1], ARGV[1], ARGV[2])
        redis.call('LTRIM', KEYS[1], rows, -1)
        return 1
        """;

    private readonly IDatabase _database = connection.GetDatabase();
    private readonly RedisKey _prefix = Encoding.UTF8.GetBytes($"{service}/journal/");

    /// <inheritdoc/>
    public async Task<ImmutableArray<JournalRow>> DoAsync(JournalRead read)
    {
        if (!read.TryBegin())
        {
            return await read.Done;
        }

        RedisValue[] kept;
        try
        {
            kept = await _database.ListRangeAsync(Key(read.Grain));
        }
        catch (Exception fault) when (IsKnown(fault))
        {
            throw Explain(fault);
        }

        if (kept.Length == 0)
        {
            return [];
        }

        if (!kept[0].TryParse(out long sequence) || kept.Length < 2)
        {
            throw new StorageException($"the journal of {read.Grain} is damaged: its snapshot is missing. Restore a copy.");
        }

        return [.. kept.Skip(1).Select((payload, place) => new JournalRow(sequence + place, place == 0, payload!))];
    }

    /// <inheritdoc/>
    public async ValueTask<bool> DoAsync(JournalWrite write)
    {
        if (!write.TryBegin())
        {
            return await write.Done;
        }

        var (sequence, isSnapshot, payload) = write.Row;
        try
        {
            // The caller returns to its context by itself: a way through it here would be one more.
            return (bool)await _database.ScriptEvaluateAsync(
                isSnapshot ? Replace : Append, [Key(write.Grain)], [sequence, payload]).ConfigureAwait(false);
        }
        catch (Exception fault) when (IsKnown(fault))
        {
            throw Explain(fault);
        }
    }

    // As Orleans' storage names its keys, SERVICE/state/GRAIN/NAME.
    private RedisKey Key(string grain) => ((RedisKey)grain).Prepend(_prefix);

    private static bool IsKnown(Exception fault) => fault is ObjectDisposedException or RedisException or TimeoutException;

    private StorageException Explain(Exception fault) => new(
        fault is ObjectDisposedException ? $"{address} is closed." : $"{address} failed: {address.Explain(fault)}.");
}
