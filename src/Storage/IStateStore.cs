namespace DmaGrains.Storage;

/// <summary>A table of grain states: a row for each grain and state name, with a version. Waiting operations may be carried out in groups.</summary>
/// <remarks>
/// A <see cref="StateRead"/> completes with the row, or null. A <see cref="StateChange"/> writes its payload under the version
/// <see cref="StoredState.After"/> if the row is at the expected version, and completes with the new version once it is durable; otherwise
/// with null. Operations on one row happen in the order in which they arrive. <see cref="WaitingOperations"/> groups them for a single
/// writer.
/// </remarks>
public interface IStateStore : IAsyncDisposable
{
    /// <summary>Queues an operation and completes with it.</summary>
    /// <exception cref="StorageException">The operation failed, or the store is closed.</exception>
    Task<StoredState?> DoAsync(StateOperation operation);
}
