namespace DmaGrains.Storage;

/// <summary>A table of grain states: a row for each grain and name, with a version. It may carry out in groups what waits for it.</summary>
/// <remarks>
/// A <see cref="StateRead"/> is answered by the row, or null. A <see cref="StateChange"/> writes its payload under
/// <see cref="StoredState.After"/> if the row is at the expected version, and is answered by that version when the storage has it for
/// good; else by null. Operations of one row happen in the order in which they came. <see cref="WaitingOperations"/> gives groups to a
/// single writer.
/// </remarks>
public interface IStateStore : IAsyncDisposable
{
    /// <summary>Queues an operation; its end is the operation's.</summary>
    /// <exception cref="StorageException">It failed, or the store is closed.</exception>
    Task<StoredState?> DoAsync(StateOperation operation);
}
