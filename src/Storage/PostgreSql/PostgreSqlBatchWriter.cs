using System.Diagnostics;
using Npgsql;

namespace DmaGrains.Storage.PostgreSql;

/// <summary>
/// Carries out queued operations over one connection, a group with each statement; what arrives meanwhile forms the next group. A lost
/// connection fails the current group, which may have happened or not, and is reopened for the next one.
/// </summary>
internal sealed class PostgreSqlBatchWriter : IAsyncDisposable
{
    // A deadlock between two silos: PostgreSQL ends one of them after a second.
    private const int AttemptsMax = 3;

    // A connection that was idle this long is tested first, so that a restarted server does not fail a command.
    private static readonly TimeSpan _idleMax = TimeSpan.FromMilliseconds(100);

    private readonly WaitingOperations _queue;
    private readonly NpgsqlDataSource _source;
    private readonly PostgreSqlConnection _settings;
    private readonly Func<NpgsqlConnection, IReadOnlyList<StorageOperation>, Task> _carryOut;
    private readonly Task _run;

    private NpgsqlConnection? _connection;
    private long _usedAt;

    /// <summary>Starts the writer. It connects when there is something to do.</summary>
    /// <param name="name">Names its queue where that is measured.</param>
    /// <param name="source">Opens connections.</param>
    /// <param name="settings">The database that they lead to.</param>
    /// <param name="carryOut">Carries out a group and completes its operations: all of it, or nothing and an exception.</param>
    public PostgreSqlBatchWriter(
        string name, NpgsqlDataSource source, PostgreSqlConnection settings, Func<NpgsqlConnection, IReadOnlyList<StorageOperation>, Task> carryOut)
    {
        (_queue, _source, _settings, _carryOut) = (new(name), source, settings, carryOut);
        _run = Task.Run(RunAsync);
    }

    /// <summary>Queues an operation and completes with it.</summary>
    /// <exception cref="StorageException">The operation failed, or the writer is closed.</exception>
    public ValueTask<TResult> DoAsync<TResult>(StorageOperation<TResult> operation) => _queue.TryAdd(operation)
        ? operation.Done
        : ValueTask.FromException<TResult>(new StorageException($"{_settings} is closed."));

    /// <summary>Carries out what is queued, then closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Complete();
        await _run;
    }

    private async Task RunAsync()
    {
        while (await _queue.WaitAsync())
        {
            var group = _queue.Take();
            if (group.Count > 0)
            {
                await CarryOutAsync(group);
            }
        }

        await DisconnectAsync();
    }

    private async Task CarryOutAsync(List<StorageOperation> group)
    {
        NpgsqlConnection connection;
        try
        {
            connection = await ConnectAsync();
        }
        catch (Exception fault)
        {
            // Operations that arrived meanwhile would fail in the same way, later.
            var explained = Explain(fault);
            group.ForEach(operation => operation.Fail(explained));
            _queue.Fail(explained);
            return;
        }

        try
        {
            await AttemptAsync(connection, group);
        }
        catch (PostgresException refused) when (group.Count > 1 && IsAboutOneOf(refused))
        {
            foreach (var operation in group)
            {
                await CarryOutAsync([operation]);
            }
        }
        catch (Exception fault)
        {
            var explained = Explain(fault);
            group.ForEach(operation => operation.Fail(explained));
        }

        _usedAt = Stopwatch.GetTimestamp();
    }

    private async Task AttemptAsync(NpgsqlConnection connection, List<StorageOperation> group)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await _carryOut(connection, group);
                return;
            }
            catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.DeadlockDetected && attempt < AttemptsMax)
            {
                // Nothing was changed; the other silo has the rows now and releases them soon.
            }
        }
    }

    private async Task<NpgsqlConnection> ConnectAsync()
    {
        if (_connection is { } old && await IsAliveAsync(old))
        {
            return old;
        }

        await DisconnectAsync();
        var connection = await _source.OpenConnectionAsync();
        try
        {
            await PostgreSqlStatements.SetUpAsync(connection);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        return _connection = connection;
    }

    private async Task<bool> IsAliveAsync(NpgsqlConnection connection)
    {
        if (connection.FullState != System.Data.ConnectionState.Open)
        {
            return false;
        }

        if (Stopwatch.GetElapsedTime(_usedAt) < _idleMax)
        {
            return true;
        }

        try
        {
            await PostgreSqlStatements.PingAsync(connection);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private async Task DisconnectAsync()
    {
        if (_connection is { } connection)
        {
            _connection = null;
            await connection.DisposeAsync();
        }
    }

    /// <summary>Whether a single row is at fault (a key with a zero byte, a state too large), so that the others would be accepted.</summary>
    private static bool IsAboutOneOf(PostgresException refused) =>
        refused.SqlState.StartsWith("22", StringComparison.Ordinal) || refused.SqlState.StartsWith("54", StringComparison.Ordinal);

    private StorageException Explain(Exception fault) => new($"{_settings} failed: {_settings.Explain(fault)}.");
}
