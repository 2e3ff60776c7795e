namespace DmaGrains.Storage;

/// <summary>Orleans' memory storage, which the silos of a cluster share.</summary>
/// <param name="isOnlySilo">Whether there is one silo: journals may be in its own memory then, which costs less.</param>
internal sealed class MemoryProvider(bool isOnlySilo) : StorageProvider
{
    /// <inheritdoc/>
    public override Task CheckAsync(CancellationToken cancellation) => Task.CompletedTask;

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public override void AddTo(ISiloBuilder silo, string name)
    {
        silo.AddMemoryGrainStorage(name);
        if (isOnlySilo)
        {
            silo.AddJournalStore(name, new MemoryJournals());
        }
    }
}
