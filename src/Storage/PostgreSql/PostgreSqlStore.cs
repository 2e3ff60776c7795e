using System.Collections.Immutable;
using Npgsql;

namespace DmaGrains.Storage.PostgreSql;

/// <summary>States and journals, over two connections of their own: one for changes, and one for reads, which do not wait for changes.</summary>
internal sealed class PostgreSqlStore : IStateStore, IJournalStore
{
    private readonly NpgsqlDataSource _source;
    private readonly PostgreSqlBatchWriter _reads;
    private readonly PostgreSqlBatchWriter _changes;

    /// <summary>Creates the store. It connects when there is something to do.</summary>
    public PostgreSqlStore(PostgreSqlConnection settings)
    {
        _source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(settings.Settings.ConnectionString)
        {
            // A writer keeps its connection; after a failure it needs a new one, not a dead one from a pool.
            Pooling = false,
        });
        _reads = new("postgresql-reads", _source, settings, PostgreSqlStatements.ReadAsync);
        _changes = new("postgresql-changes", _source, settings, PostgreSqlStatements.ChangeAsync);
    }

    /// <inheritdoc/>
    public Task<StoredState?> DoAsync(StateOperation operation) =>
        (operation is StateChange ? _changes : _reads).DoAsync(operation).AsTask();

    /// <inheritdoc/>
    public Task<ImmutableArray<JournalRow>> DoAsync(JournalRead read) => _reads.DoAsync(read).AsTask();

    /// <inheritdoc/>
    public ValueTask<bool> DoAsync(JournalWrite write) => _changes.DoAsync(write);

    /// <summary>Carries out what is queued, then closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _reads.DisposeAsync();
        await _changes.DisposeAsync();
        await _source.DisposeAsync();
    }
}
