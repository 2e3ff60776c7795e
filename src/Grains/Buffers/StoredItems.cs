using DmaGrains.Grains.Storage;
using DmaGrains.Model.Buffers;
using Orleans.Core;

namespace DmaGrains.Grains.Buffers;

/// <summary>The importers or mappings of a buffer that has many: stored in a ledger, not with the buffer.</summary>
/// <param name="stateOf">A state of the buffer's grain, by chunk number.</param>
/// <param name="dropActivation">The grain's DeactivateOnIdle.</param>
/// <param name="toStored">The stored form of an item; the item itself when none of it is stored elsewhere.</param>
internal sealed class StoredItems<TItem, TSum>(
    Func<int, IStorage<ChunkRecord<TItem>>> stateOf, Action dropActivation, Func<TItem, TItem> toStored)
    where TItem : class, IListed<TItem, TSum>
{
    private static readonly LedgerShape<string, TItem> _shape = new(
        static item => item.Name, static _ => 1, ChangedMax: 16, GoneMax: 64, ChunkMax: 64);

    private readonly LedgerStore<string, TItem> _chunks = new(_shape, stateOf, dropActivation);

    // What is stored; null before the first write.
    private Ledger<string, TItem>? _ledger;

    /// <summary>Reads the items that belong to a buffer's record.</summary>
    /// <param name="storage">The buffer's record; it has been read and has a ledger of them.</param>
    /// <param name="recordOf">The ledger in that record.</param>
    public async Task<IEnumerable<TItem>> ReadAsync(IPersistentState<DmaBufferRecord> storage, Func<DmaBufferRecord, LedgerRecord<string, TItem>?> recordOf)
    {
        _ledger = await _chunks.ReadAsync(storage, () => recordOf(storage.State) ?? new());
        return _ledger.Items.OrderBy(item => item.Name, StringComparer.Ordinal);
    }

    /// <summary>The ledger with the changes, after a chunk that is due was written; the buffer's record must be written next.</summary>
    /// <param name="before">The items when the record was last written.</param>
    /// <param name="after">The items now.</param>
    public async ValueTask<Ledger<string, TItem>> ChangedAsync(NamedList<TItem, TSum> before, NamedList<TItem, TSum> after)
    {
        var ledger = _ledger is null ? await _chunks.CreateAsync() : await _chunks.MakeRoomAsync(_ledger);
        foreach (var (was, now) in after.ChangesSince(_ledger is null ? default : before))
        {
            ledger = now is null ? ledger.Without(was!.Name) : ledger.With(toStored(now));
        }

        return ledger;
    }

    /// <summary>Remembers the ledger that the buffer's record was written with.</summary>
    public void Written(Ledger<string, TItem> ledger) => _ledger = ledger;
}
