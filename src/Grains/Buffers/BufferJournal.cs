using DmaGrains.Storage;
using Orleans.Serialization;
using Orleans.Storage;

namespace DmaGrains.Grains.Buffers;

/// <summary>
/// A buffer's record in its journal. A command appends what it has changed; when the entries outgrow the snapshot, the next write replaces
/// both by a snapshot. So a buffer's journal is at most about twice as long as its record, and each byte of a record costs a byte or two.
/// </summary>
/// <param name="journal">The journal, not read yet.</param>
/// <param name="serializer">Serializes entries and snapshots.</param>
/// <param name="dropActivation">The grain's DeactivateOnIdle.</param>
internal sealed class BufferJournal(Journal journal, Serializer serializer, Action dropActivation)
{
    /// <summary>The fewest entries that are replaced by a snapshot.</summary>
    public const int EntriesMin = 32;

    private int _entries;
    private long _entryBytes;
    private long _snapshotBytes;

    /// <summary>What is stored.</summary>
    public DmaBufferRecord Durable { get; private set; } = new();

    /// <summary>Whether entries are stored after the snapshot.</summary>
    public bool HasEntries => _entries > 0;

    /// <summary>Reads what is stored; false when that is nothing.</summary>
    public async Task<bool> ReadAsync(CancellationToken cancellation)
    {
        var stored = await ToldAsync(journal.ReadAsync(cancellation), "read");
        if (DmaBufferRecord.Replay(stored, serializer) is not { } record)
        {
            return false;
        }

        Durable = record;
        (_entries, _entryBytes, _snapshotBytes) = (stored.Entries.Length, stored.Entries.Sum(entry => (long)entry.Length), stored.Snapshot!.Value.Length);
        return true;
    }

    /// <summary>Makes a record durable.</summary>
    /// <remarks>A failed write may have been stored or not: the activation is dropped, so that the next one reads what is stored.</remarks>
    public async Task WriteAsync(DmaBufferRecord next)
    {
        try
        {
            await (IsDue(next) ? ReplaceAsync(next) : AppendAsync(next));
        }
        catch
        {
            dropActivation();
            throw;
        }
    }

    /// <summary>Replaces snapshot and entries by a snapshot.</summary>
    /// <param name="next">The record.</param>
    public async Task ReplaceAsync(DmaBufferRecord next)
    {
        var snapshot = serializer.SerializeToArray(next);
        await ToldAsync(journal.ReplaceAsync(snapshot), "write");
        (_entries, _entryBytes, _snapshotBytes) = (0, 0, snapshot.Length);
        Durable = next;
    }

    private async Task AppendAsync(DmaBufferRecord next)
    {
        var entry = serializer.SerializeToArray(Durable.ChangesTo(next));
        await ToldAsync(journal.AppendAsync(entry), "write");
        (_entries, _entryBytes) = (_entries + 1, _entryBytes + entry.Length);
        Durable = next;
    }

    private bool IsDue(DmaBufferRecord next) =>
        !next.Continues(Durable) || (_entries >= EntriesMin && _entryBytes >= _snapshotBytes);

    private static async Task<T> ToldAsync<T>(Task<T> done, string what)
    {
        await ToldAsync((Task)done, what);
        return await done;
    }

    /// <summary>Converts exceptions: the caller may not know the storage's own exception types.</summary>
    private static async Task ToldAsync(Task done, string what)
    {
        try
        {
            await done;
        }
        catch (Exception fault) when (fault is not (OrleansException or OperationCanceledException))
        {
            throw new OrleansException($"Storage did not {what} the journal: {fault.Message}", fault);
        }
    }
}
