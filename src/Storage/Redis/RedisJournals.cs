using System.Collections.Immutable;
using System.Text;
using StackExchange.Redis;

namespace DmaGrains.Storage.Redis;

/// <summary>
/// Journals, each a list under one key: the number of its snapshot, the snapshot, the entries after it. A script looks at the journal's end
/// and writes; a server does nothing else meanwhile.
/// </summary>
internal sealed class RedisJournals : IJournalStore, IAsyncDisposable
{
    private readonly RedisConnection _address;
    private readonly RedisKey _prefix;
    private readonly RedisJournalWriter _writer;
    private readonly IDatabase _database;

    /// <summary>Journals on a server or cluster.</summary>
    /// <param name="connection">The connection, shared with everything else that a silo does there.</param>
    /// <param name="address">Where it leads to.</param>
    /// <param name="service">Orleans' service id: services on one server have journals of their own.</param>
    public RedisJournals(IConnectionMultiplexer connection, RedisConnection address, string service)
    {
        (_address, _prefix, _database) = (address, Encoding.UTF8.GetBytes($"{service}/journal/"), connection.GetDatabase());
        _writer = new(connection, Key, Explain);
    }

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
    public ValueTask<bool> DoAsync(JournalWrite write) => _writer.DoAsync(write);

    /// <summary>Carries out what is queued.</summary>
    public ValueTask DisposeAsync() => _writer.DisposeAsync();

    // As Orleans' storage names its keys, SERVICE/state/GRAIN/NAME.
    private RedisKey Key(string grain) => ((RedisKey)grain).Prepend(_prefix);

    private static bool IsKnown(Exception fault) => fault is ObjectDisposedException or RedisException or TimeoutException;

    private StorageException Explain(Exception fault) => new(
        fault is ObjectDisposedException ? $"{_address} is closed." : $"{_address} failed: {_address.Explain(fault)}.");
}
