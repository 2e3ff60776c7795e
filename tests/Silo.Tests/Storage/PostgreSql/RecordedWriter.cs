using DmaGrains.Storage;
using DmaGrains.Storage.PostgreSql;
using Npgsql;

namespace DmaGrains.Silo.Tests.Storage.PostgreSql;

/// <summary>A writer that tells how many operations each statement had.</summary>
internal sealed class RecordedWriter : IAsyncDisposable
{
    private readonly NpgsqlDataSource _source;

    public RecordedWriter(string database, Func<NpgsqlConnection, IReadOnlyList<StorageOperation>, Task> carryOut)
    {
        Database = database;
        var settings = PostgreSqlConnection.Parse(database);
        _source = NpgsqlDataSource.Create(settings.Settings.ConnectionString);
        Table = new("test", _source, settings, (connection, operations) =>
        {
            Groups.Add(operations.Count);
            return carryOut(connection, operations);
        });
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public string Database { get; }

    public PostgreSqlBatchWriter Table { get; }

    public List<int> Groups { get; } = [];

    public Gate Close()
    {
        var gate = new Gate();
        _ = Table.DoAsync(gate).AsTask();
        return gate;
    }

    public Task<StoredState?> ChangeAsync(string grain, long? expected, string name = "buffer") =>
        Table.DoAsync(new StateChange(grain, name, expected, [1], Cancellation)).AsTask();

    public Task<bool> WriteAsync(string grain, long sequence, bool isSnapshot, byte[]? payload = null) =>
        Table.DoAsync(new JournalWrite(grain, new(sequence, isSnapshot, payload ?? [1]), Cancellation)).AsTask();

    public async Task<StoredState?> ReadAsync(string grain)
    {
        await using var connection = await _source.OpenConnectionAsync();
        var read = new StateRead(grain, "buffer", Cancellation);
        await PostgreSqlStatements.ReadAsync(connection, [read]);
        return await read.Done;
    }

    public async ValueTask DisposeAsync()
    {
        await Table.DisposeAsync();
        await _source.DisposeAsync();
    }
}
