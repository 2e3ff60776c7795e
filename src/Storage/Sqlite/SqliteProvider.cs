namespace DmaGrains.Storage.Sqlite;

/// <summary>One SQLite file, written by one thread.</summary>
internal sealed class SqliteProvider(string file) : StorageProvider
{
    private readonly SqliteWriter _writer = new(SqliteFile.Open(file));

    /// <inheritdoc/>
    public override Task CheckAsync(CancellationToken cancellation) =>
        _writer.DoAsync(new StateRead(string.Empty, string.Empty, cancellation));

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => _writer.DisposeAsync();

    /// <inheritdoc/>
    public override void AddTo(ISiloBuilder silo, string name) => silo.AddStateStore(name, _writer).AddJournalStore(name, _writer);
}
