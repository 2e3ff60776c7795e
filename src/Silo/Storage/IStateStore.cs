namespace DmaGrains.Silo.Storage;

/// <summary>A state table that carries out what waits for it in groups.</summary>
internal interface IStateStore : IAsyncDisposable
{
    /// <summary>Queues an operation; its end is the operation's.</summary>
    /// <exception cref="StorageException">It failed, or the store is closed.</exception>
    Task<StoredState?> DoAsync(StateOperation operation);
}
