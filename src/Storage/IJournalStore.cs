using System.Collections.Immutable;

namespace DmaGrains.Storage;

/// <summary>
/// Journals of grains: a grain appends what has changed, and every so often writes a snapshot that replaces everything before it.
/// </summary>
/// <remarks>
/// A write completes once it is durable. Sequence numbers keep two activations of a grain apart: of two that write the same number, one is
/// refused, also when a snapshot has replaced that number since. A caller waits for each write of a grain before it sends the next one.
/// <see cref="WaitingOperations"/> groups operations for a single writer.
/// </remarks>
public interface IJournalStore
{
    /// <summary>Queues a read and completes with it.</summary>
    /// <exception cref="StorageException">The operation failed, or the store is closed.</exception>
    Task<ImmutableArray<JournalRow>> DoAsync(JournalRead read);

    /// <summary>Queues a write and completes with it.</summary>
    /// <exception cref="StorageException">The operation failed, and may have happened or not; or the store is closed.</exception>
    ValueTask<bool> DoAsync(JournalWrite write);
}
