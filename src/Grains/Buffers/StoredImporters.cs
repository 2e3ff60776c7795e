using DmaGrains.Grains.Storage;
using DmaGrains.Model.Buffers;
using Orleans.Core;

namespace DmaGrains.Grains.Buffers;

/// <summary>The importers of a buffer that has many: they are stored in a ledger, not with the buffer.</summary>
/// <param name="stateOf">A state of the buffer's grain, by the number of the chunk that it has.</param>
/// <param name="dropActivation">The grain's DeactivateOnIdle.</param>
internal sealed class StoredImporters(Func<int, IStorage<ChunkRecord<Attachment>>> stateOf, Action dropActivation)
{
    /// <summary>Importers that are stored with the buffer; from more on they are in a ledger until nobody is attached.</summary>
    public const int WithBufferMax = 16;

    private static readonly LedgerShape<string, Attachment> _shape = new(
        static attachment => attachment.Name, static _ => 1, ChangedMax: 16, GoneMax: 64, ChunkMax: 64);

    private readonly LedgerStore<string, Attachment> _chunks = new(_shape, stateOf, dropActivation);
    private Ledger<string, Attachment>? _ledger;

    /// <summary>Reads the importers that belong to a record.</summary>
    /// <param name="storage">The buffer's record; it has been read and has a ledger.</param>
    public async Task<NamedList<Attachment, AttachmentSum>> ReadAsync(IPersistentState<DmaBufferRecord> storage)
    {
        _ledger = await _chunks.ReadAsync(storage, () => storage.State.Importers ?? new());
        return [.. _ledger.Items.OrderBy(attachment => attachment.Name, StringComparer.Ordinal)];
    }

    /// <summary>Writes a buffer's record, and a chunk of importers before it where that is due.</summary>
    /// <param name="storage">Where to write it; has what was written last, importers included, and in the end the new one.</param>
    /// <param name="next">What to write.</param>
    public async Task WriteAsync(IPersistentState<DmaBufferRecord> storage, DmaBufferRecord next)
    {
        var before = _ledger is null ? default : storage.State.Buffer!.Attachments;
        var ledger = _ledger is null ? await _chunks.CreateAsync() : await _chunks.MakeRoomAsync(_ledger);
        ledger = Changed(ledger, before, next.Buffer!.Attachments);
        var record = new DmaBufferRecord
        {
            Buffer = next.Buffer.WithAttachments([]),
            Replies = next.Replies,
            Importers = ledger.ToRecord(),
        };
        await storage.WriteAsync(record, dropActivation);
        storage.State = next;
        _ledger = ledger;
    }

    /// <summary>With what is new, changed or gone between two lists.</summary>
    private static Ledger<string, Attachment> Changed(
        Ledger<string, Attachment> ledger, NamedList<Attachment, AttachmentSum> before, NamedList<Attachment, AttachmentSum> after)
    {
        foreach (var (was, now) in after.ChangesSince(before))
        {
            ledger = now is null ? ledger.Without(was!.Name) : now == was ? ledger : ledger.With(now);
        }

        return ledger;
    }
}
