using DmaGrains.Grains.Storage;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Coherency;
using DmaGrains.Storage;

namespace DmaGrains.Grains.Buffers;

/// <summary>What builds before the journal stored of a buffer: a record, and its long lists in chunks.</summary>
/// <param name="grain">The buffer's grain.</param>
/// <param name="journal">The buffer's journal.</param>
internal sealed class EarlierState(IGrainContext grain, Journal journal)
{
    private DurableState<DmaBufferRecord>? _record;

    /// <summary>The record; null when nothing is stored.</summary>
    public async Task<DmaBufferRecord?> ReadAsync(CancellationToken cancellation)
    {
        var record = DurableStateFactory.Of<DmaBufferRecord>(grain, DmaBufferRecord.StateName);
        await record.ReadStateAsync(cancellation);
        if (!record.RecordExists)
        {
            return null;
        }

        _record = record;
        var importers = await ItemsAsync<Attachment, AttachmentSum>("importers", stored => stored.Importers);
        var mappings = await ItemsAsync<Mapping, DeviceUses>("mappings", stored => stored.Mappings);
        var (buffer, replies) = (record.State.Buffer, record.State.Replies);
        return new()
        {
            Buffer = buffer?.WithLists(
                importers is null ? buffer.Attachments : [.. importers],
                mappings is null ? buffer.Mappings : [.. mappings.Select(mapping => mapping with { Storage = buffer.Storage! })]),
            Replies = replies,
            NextGeneration = record.State.NextGeneration,
        };
    }

    /// <summary>Forgets it, once it is in the journal.</summary>
    public Task ClearAsync() => journal.IsState || _record is null ? Task.CompletedTask : _record.ClearStateAsync();

    private async Task<IEnumerable<TItem>?> ItemsAsync<TItem, TSum>(
        string name, Func<DmaBufferRecord, ChunkedMapRecord<string, TItem>?> recordOf)
        where TItem : class, IListed<TItem, TSum>
    {
        if (recordOf(_record!.State) is null)
        {
            return null;
        }

        var shape = new ChunkedMapShape<string, TItem>(static item => item.Name, static _ => 1, ChangedMax: 16, GoneMax: 64, ChunkMax: 64);
        var chunks = new ChunkedMapStore<string, TItem>(shape, ChunkStates.Of<TItem>(grain, name), static () => { });
        var map = await chunks.ReadAsync(_record, () => recordOf(_record.State) ?? new());
        return map.Items.OrderBy(item => item.Name, StringComparer.Ordinal);
    }
}
