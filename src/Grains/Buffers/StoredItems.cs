using DmaGrains.Grains.Storage;
using DmaGrains.Model.Buffers;
using Orleans.Core;

namespace DmaGrains.Grains.Buffers;

/// <summary>The importers or mappings of a buffer with many of them, stored in a chunked map instead of with the buffer.</summary>
/// <param name="stateOf">A state of the buffer's grain, by chunk number.</param>
/// <param name="dropActivation">The grain's DeactivateOnIdle.</param>
/// <param name="toStored">The stored form of an item; the item itself when none of it is stored elsewhere.</param>
internal sealed class StoredItems<TItem, TSum>(
    Func<int, IStorage<ChunkRecord<TItem>>> stateOf, Action dropActivation, Func<TItem, TItem> toStored)
    where TItem : class, IListed<TItem, TSum>
{
    private static readonly ChunkedMapShape<string, TItem> _shape = new(
        static item => item.Name, static _ => 1, ChangedMax: 16, GoneMax: 64, ChunkMax: 64);

    private readonly ChunkedMapStore<string, TItem> _chunks = new(_shape, stateOf, dropActivation);

    // The stored map; null before the first write.
    private ChunkedMap<string, TItem>? _map;

    /// <summary>Reads the items that belong to a buffer's record.</summary>
    /// <param name="storage">The buffer's record; it has been read and has a map of them.</param>
    /// <param name="recordOf">The map in that record.</param>
    public async Task<IEnumerable<TItem>> ReadAsync(IPersistentState<DmaBufferRecord> storage, Func<DmaBufferRecord, ChunkedMapRecord<string, TItem>?> recordOf)
    {
        _map = await _chunks.ReadAsync(storage, () => recordOf(storage.State) ?? new());
        return _map.Items.OrderBy(item => item.Name, StringComparer.Ordinal);
    }

    /// <summary>The map with the changes, after chunks that were due are written; the buffer's record must be written next.</summary>
    /// <param name="before">The items when the record was last written.</param>
    /// <param name="after">The items now.</param>
    public async ValueTask<ChunkedMap<string, TItem>> ChangedAsync(NamedList<TItem, TSum> before, NamedList<TItem, TSum> after)
    {
        var map = _map is null ? await _chunks.CreateAsync() : await _chunks.MakeRoomAsync(_map);
        foreach (var (was, now) in after.ChangesSince(_map is null ? default : before))
        {
            map = now is null ? map.Without(was!.Name) : map.With(toStored(now));
        }

        return map;
    }

    /// <summary>Remembers the map that the buffer's record was written with.</summary>
    public void Written(ChunkedMap<string, TItem> map) => _map = map;
}
