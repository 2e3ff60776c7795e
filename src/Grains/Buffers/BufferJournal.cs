using System.Buffers;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Buffers.History;
using DmaGrains.Storage;
using Orleans.Serialization;

namespace DmaGrains.Grains.Buffers;

/// <summary>
/// A buffer's record in its journal. A command appends what it has changed; when the entries outgrow the snapshot, the next write replaces
/// both by a snapshot. So a buffer's journal is at most about twice as long as its record, and each byte of a record costs a byte or two.
/// When two activations write, one is refused (<see cref="JournalRow.Follows"/>, or the ETag of a state) and dropped.
/// </summary>
/// <param name="journal">The journal, not read yet.</param>
/// <param name="serializer">Serializes entries and snapshots.</param>
/// <param name="time">Tells when something is written.</param>
/// <param name="dropActivation">The grain's DeactivateOnIdle.</param>
internal sealed class BufferJournal(Journal journal, Serializer serializer, TimeProvider time, Action dropActivation)
{
    /// <summary>The fewest entries that are replaced by a snapshot.</summary>
    public const int EntriesMin = 32;

    private const int RoomBytes = 64 << 10;

    // Entries and snapshots are copied by the journal before anything else is serialized on the thread.
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _room;

    private readonly Serializer<DmaBufferRecord> _snapshots = serializer.GetSerializer<DmaBufferRecord>();
    private readonly Serializer<DmaBufferEntry> _entries = serializer.GetSerializer<DmaBufferEntry>();

    private BufferHistory _history = new();
    private TaskCompletionSource? _nextWrite;
    private int _count;
    private long _entryBytes;
    private long _snapshotBytes;
    private (DmaBufferRecord Record, int Count, long EntryBytes, long SnapshotBytes) _begun;

    /// <summary>What is stored.</summary>
    public DmaBufferRecord Durable { get; private set; } = new();

    /// <summary>Whether entries are stored after the snapshot.</summary>
    public bool HasEntries => _count > 0;

    /// <summary>Reads what is stored; false when that is nothing.</summary>
    public async Task<bool> ReadAsync(CancellationToken cancellation)
    {
        JournalContents stored;
        try
        {
            stored = await journal.ReadAsync(cancellation);
        }
        catch (Exception fault) when (!IsKnownToCallers(fault))
        {
            throw Told(fault, "read");
        }

        if (DmaBufferRecord.Replay(stored, serializer, out _history) is not { } record)
        {
            return false;
        }

        Durable = record;
        (_count, _entryBytes, _snapshotBytes) = (stored.Entries.Length, stored.Entries.Sum(entry => (long)entry.Length), stored.Snapshot!.Value.Length);
        return true;
    }

    /// <summary>Begins to make a record durable. Await it, then call <see cref="End"/>, or <see cref="Fail"/> with its exception.</summary>
    /// <remarks>Not a method that awaits by itself: each costs a command as much as a call does without storage.</remarks>
    public ValueTask BeginAsync(DmaBufferRecord next, Told told) => BeginAsync(next, told, isSnapshot: IsDue(next));

    /// <summary>The durable events after one of them.</summary>
    /// <returns>EINVAL naming After.</returns>
    public DmaResult<HistoryPage> HistoryAfter(BufferEventId after) => after.CheckUpTo(journal.Last) is { } refusal
        ? DmaResult.Refuse<HistoryPage>(refusal)
        : DmaResult.Grant(_history.After(after, journal.Last));

    /// <summary>Waits until something is written, or until the activation is dropped, or that long.</summary>
    public async Task NextWriteAsync(TimeSpan wait, CancellationToken cancellation) =>
        await (_nextWrite ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task.WaitAsync(wait, time, cancellation)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

    /// <summary>Makes a record durable as a snapshot, which replaces everything before it. No event comes with it.</summary>
    public async Task ReplaceAsync(DmaBufferRecord next)
    {
        if (journal.Last == 0)
        {
            // What a build without journals stored has a past that nobody knows.
            _history = new(new BufferEventId(1, 0));
        }

        try
        {
            await BeginAsync(next, told: null, isSnapshot: true);
        }
        catch (Exception fault)
        {
            Fail(fault);
            throw;
        }

        End();
    }

    /// <summary>What was begun is durable.</summary>
    public void End()
    {
        (Durable, _count, _entryBytes, _snapshotBytes) = _begun;
        _begun = default;
        Wake();
    }

    /// <summary>
    /// What was begun may have been stored or not: the activation is dropped, so that the next one reads what is stored. Throws what
    /// callers can be told, or nothing where that is the exception itself.
    /// </summary>
    public void Fail(Exception fault)
    {
        dropActivation();
        Wake();
        if (!IsKnownToCallers(fault))
        {
            throw Told(fault, "write");
        }
    }

    /// <summary>Those who wait for the next write ask again; those who wait for a dropped activation are in the way of the next one.</summary>
    private void Wake()
    {
        _nextWrite?.SetResult();
        _nextWrite = null;
    }

    private ValueTask BeginAsync(DmaBufferRecord next, Told? told, bool isSnapshot)
    {
        var room = _room ??= new(RoomBytes);
        room.ResetWrittenCount();
        var entry = told is { } news ? Durable.EntryTo(next, news, time.GetUtcNow().ToUnixTimeMilliseconds(), tellsBuffer: !isSnapshot) : default;
        _history.Add(journal.Last + 1, entry);
        if (isSnapshot)
        {
            _snapshots.Serialize(next.With(_history.Stored), new Destination(room));
        }
        else
        {
            _entries.Serialize(entry, new Destination(room));
        }

        var bytes = room.WrittenMemory;
        if (bytes.Length > RoomBytes)
        {
            // Few are that large, and what they need is not kept.
            _room = null;
        }

        _begun = isSnapshot ? (next, 0, 0, bytes.Length) : (next, _count + 1, _entryBytes + bytes.Length, _snapshotBytes);
        return isSnapshot ? journal.ReplaceAsync(bytes) : journal.AppendAsync(bytes);
    }

    /// <summary>A buffer that nobody holds any more is as small as it gets, and may never be called again.</summary>
    private bool IsDue(DmaBufferRecord next) =>
        next.Buffer is { IsReleasedByAll: true }
        || !next.Continues(Durable)
        || (_count >= EntriesMin && _entryBytes >= _snapshotBytes);

    /// <summary>A caller may not know the storage's own exception types.</summary>
    private static bool IsKnownToCallers(Exception fault) => fault is OrleansException or OperationCanceledException;

    /// <summary>A writer that is a struct: the serializer's code is then compiled for it alone, without look-ups of types.</summary>
    private readonly struct Destination(ArrayBufferWriter<byte> room) : IBufferWriter<byte>
    {
        public void Advance(int count) => room.Advance(count);

        public Memory<byte> GetMemory(int sizeHint = 0) => room.GetMemory(sizeHint);

        public Span<byte> GetSpan(int sizeHint = 0) => room.GetSpan(sizeHint);
    }

    private static OrleansException Told(Exception fault, string what) => new($"Storage did not {what} the journal: {fault.Message}", fault);
}
