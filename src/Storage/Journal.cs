namespace DmaGrains.Storage;

/// <summary>
/// One activation's view of its grain's journal. Read it first, and wait for each write before the next one. After an exception it must not
/// be used again: the row may be stored or not, which only another read tells.
/// </summary>
public abstract class Journal
{
    /// <summary>Whether it is kept as a state of the grain, under the name that earlier builds gave their state.</summary>
    public virtual bool IsState => false;

    /// <summary>The place of the last row that is known to be durable, from 1; 0 when there is none. Rows have growing numbers for ever.</summary>
    public abstract long Last { get; }

    /// <summary>Reads the last snapshot and the entries after it.</summary>
    /// <exception cref="StorageException">The journal is damaged or could not be read.</exception>
    public abstract Task<JournalContents> ReadAsync(CancellationToken cancellation);

    /// <summary>Appends an entry, which is copied before this returns; it is durable when this completes. A journal begins with a snapshot.</summary>
    /// <exception cref="Orleans.Storage.InconsistentStateException">Another activation has written since.</exception>
    /// <exception cref="StorageException">The write failed.</exception>
    public abstract ValueTask AppendAsync(ReadOnlyMemory<byte> entry);

    /// <summary>Replaces everything so far by a snapshot, which is copied before this returns; it is durable when this completes.</summary>
    /// <exception cref="Orleans.Storage.InconsistentStateException">Another activation has written since.</exception>
    /// <exception cref="StorageException">The write failed.</exception>
    public abstract ValueTask ReplaceAsync(ReadOnlyMemory<byte> snapshot);
}
