using Npgsql;

namespace DmaGrains.Silo.Tests.Storage.PostgreSql;

/// <summary>Somebody else's transaction, which has locked rows.</summary>
internal sealed class OtherTransaction : IAsyncDisposable
{
    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlConnection _connection;

    private OtherTransaction(NpgsqlDataSource source, NpgsqlConnection connection) =>
        (_source, _connection) = (source, connection);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<OtherTransaction> LockAsync(string database, string grain)
    {
        var other = await BeginAsync(database);
        await other.LockTooAsync(grain);
        return other;
    }

    public static async Task<OtherTransaction> BeginAsync(string database)
    {
        var source = NpgsqlDataSource.Create(database);
        var other = new OtherTransaction(source, await source.OpenConnectionAsync(Cancellation));
        await other.AskAsync("BEGIN; SET LOCAL deadlock_timeout = '20s'");
        return other;
    }

    public async Task<object?> AskAsync(string statement)
    {
        await using var command = new NpgsqlCommand(statement, _connection);
        return await command.ExecuteScalarAsync(Cancellation);
    }

    /// <summary>Holds whoever writes to a journal, or begins it.</summary>
    public async Task HoldJournalAsync(string grain) => await AskAsync(
        $"""
        INSERT INTO dmagrains.journal (grain, sequence) VALUES ('{grain}', 99)
        ON CONFLICT (grain) DO UPDATE SET sequence = 99
        """);

    public async Task LockTooAsync(string grain) =>
        await AskAsync($"SELECT FROM dmagrains.state WHERE grain = '{grain}' FOR UPDATE");

    /// <summary>Completes when another session waits for a lock of this one. Each look takes its time.</summary>
    public async Task UntilSomebodyWaitsAsync()
    {
        for (var look = 0; look < 100_000; look++)
        {
            if (await AskAsync("SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))") is > 0L)
            {
                return;
            }
        }

        Assert.Fail("Nobody waits.");
    }

    public async Task EndAsync() => await AskAsync("ROLLBACK");

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _source.DisposeAsync();
    }
}
