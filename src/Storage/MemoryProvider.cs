namespace DmaGrains.Storage;

/// <summary>Orleans' memory storage for states, and journals in each silo's own memory.</summary>
internal sealed class MemoryProvider : StorageProvider
{
    /// <inheritdoc/>
    public override Task CheckAsync(CancellationToken cancellation) => Task.CompletedTask;

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public override void AddTo(ISiloBuilder silo, string name)
    {
        silo.AddMemoryGrainStorage(name);
        silo.AddJournalStore(name, new MemoryJournals());
    }
}
