using Npgsql;

namespace DmaGrains.Storage.PostgreSql;

/// <summary>The state table, over connections of its own: one for changes, and one for reads, which wait for no change.</summary>
internal sealed class PostgreSqlStore : IStateStore
{
    private readonly NpgsqlDataSource _source;
    private readonly PostgreSqlBatchWriter _reads;
    private readonly PostgreSqlBatchWriter _changes;

    /// <summary>Connects when there is something to do.</summary>
    public PostgreSqlStore(PostgreSqlConnection settings)
    {
        _source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(settings.Settings.ConnectionString)
        {
            // A lane keeps its connection; a new one must not be an old one that died in a pool.
            Pooling = false,
        });
        _reads = new(_source, settings, PostgreSqlStatements.ReadAsync);
        _changes = new(_source, settings, PostgreSqlStatements.ChangeAsync);
    }

    /// <inheritdoc/>
    public Task<StoredState?> DoAsync(StateOperation operation) =>
        (operation is StateChange ? _changes : _reads).DoAsync(operation);

    /// <summary>Carries out what is queued, then closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _reads.DisposeAsync();
        await _changes.DisposeAsync();
        await _source.DisposeAsync();
    }
}
