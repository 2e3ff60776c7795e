using StackExchange.Redis;

namespace DmaGrains.Storage.Redis;

/// <summary>
/// Writes to journals over a connection, a group with each script; what arrives meanwhile forms the next group. A failure fails the current
/// group, which may have happened or not, and what waits behind it when the server does not answer.
/// </summary>
internal sealed class RedisJournalWriter : IAsyncDisposable
{
    private readonly WaitingOperations _queue = new("redis");
    private readonly IConnectionMultiplexer _connection;
    private readonly IDatabase _database;
    private readonly Func<string, RedisKey> _key;
    private readonly Func<Exception, StorageException> _explain;
    private readonly Task _run;

    /// <summary>Starts the writer.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="key">The key of a grain's journal.</param>
    /// <param name="explain">What a caller is told of a fault.</param>
    public RedisJournalWriter(IConnectionMultiplexer connection, Func<string, RedisKey> key, Func<Exception, StorageException> explain)
    {
        (_connection, _database, _key, _explain) = (connection, connection.GetDatabase(), key, explain);
        _run = Task.Run(RunAsync);
    }

    /// <summary>Queues a write and completes with it.</summary>
    /// <exception cref="StorageException">It failed, or the writer is closed.</exception>
    public ValueTask<bool> DoAsync(JournalWrite write) =>
        _queue.TryAdd(write) ? write.Done : ValueTask.FromException<bool>(_explain(new ObjectDisposedException(null)));

    /// <summary>Carries out what is queued.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Complete();
        await _run;
    }

    private async Task RunAsync()
    {
        while (await _queue.WaitAsync())
        {
            JournalWrite[] group = [.. _queue.Take().Cast<JournalWrite>()];
            if (group.Length > 0)
            {
                await Task.WhenAll(Scripts(group).Select(CarryOutAsync));
            }
        }
    }

    /// <summary>What one script can do: everything, but in a Redis Cluster only what is in one slot.</summary>
    private IEnumerable<RedisJournalGroup> Scripts(JournalWrite[] group) =>
        _connection.GetServers().Any(server => server.ServerType == ServerType.Cluster)
            ? group.GroupBy(write => _connection.HashSlot(_key(write.Grain))).Select(slot => new RedisJournalGroup([.. slot], _key, _explain))
            : [new(group, _key, _explain)];

    private async Task CarryOutAsync(RedisJournalGroup group)
    {
        try
        {
            await group.WriteAsync(_database);
        }
        catch (Exception fault)
        {
            var explained = _explain(fault);
            group.Fail(explained);
            if (fault is not RedisServerException)
            {
                // Operations that arrived meanwhile would fail in the same way, later.
                _queue.Fail(explained);
            }

            return;
        }

        // Callers go on inside their operations' completion, while the connection is used again.
        ThreadPool.UnsafeQueueUserWorkItem(group, preferLocal: false);
    }
}
