using DmaGrains.Grains.Storage;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Coherency;

namespace DmaGrains.Grains.Buffers;

/// <summary>Reads and writes a buffer's record, and the chunked maps of its long lists.</summary>
/// <param name="grain">The buffer's grain.</param>
/// <param name="dropActivation">Its DeactivateOnIdle.</param>
internal sealed class StoredLists(IGrainContext grain, Action dropActivation)
{
    /// <summary>The most importers or mappings that are stored with the buffer. Above, they move to a chunked map, until none is left.</summary>
    public const int WithBufferMax = 16;

    // Null while there are few, as for most buffers.
    private StoredItems<Attachment, AttachmentSum>? _importers;
    private StoredItems<Mapping, DeviceUses>? _mappings;

    /// <summary>Reads the complete buffer of a record.</summary>
    /// <param name="storage">The record; it has been read, and may be read again here.</param>
    public async Task<DmaBuffer?> ReadAsync(IPersistentState<DmaBufferRecord> storage)
    {
        string? version;
        NamedList<Attachment, AttachmentSum> importers;
        NamedList<Mapping, DeviceUses> mappings;
        do
        {
            version = storage.Etag;
            (importers, mappings) = (default, default);
            if (storage.State.Importers is not null)
            {
                _importers = NewImporters();
                importers = [.. await _importers.ReadAsync(storage, record => record.Importers)];
            }

            if (storage.State.Mappings is not null)
            {
                _mappings = NewMappings();
                mappings = [.. from mapping in await _mappings.ReadAsync(storage, record => record.Mappings) select mapping with { Storage = storage.State.Buffer!.Storage! }];
            }

            // Another activation wrote the record in between, and perhaps chunks, too: read again.
        }
        while (storage.Etag != version);

        var buffer = storage.State.Buffer;
        return buffer is null ? null : Whole(buffer, importers, mappings);
    }

    /// <summary>Writes the chunks that are due, then the buffer's record.</summary>
    /// <param name="storage">The state, with the last written record, complete; afterwards with the new one.</param>
    /// <param name="next">What to write.</param>
    public async Task WriteAsync(IPersistentState<DmaBufferRecord> storage, DmaBufferRecord next)
    {
        var buffer = next.Buffer!;
        _importers = buffer.Attachments.IsEmpty ? null : buffer.Attachments.Length > WithBufferMax ? _importers ?? NewImporters() : _importers;
        _mappings = buffer.Mappings.IsEmpty ? null : buffer.Mappings.Length > WithBufferMax ? _mappings ?? NewMappings() : _mappings;
        if (_importers is null && _mappings is null)
        {
            await storage.WriteAsync(next, dropActivation);
            return;
        }

        var before = storage.State.Buffer;
        var importers = _importers is null ? null : await _importers.ChangedAsync(before?.Attachments ?? default, buffer.Attachments);
        var mappings = _mappings is null ? null : await _mappings.ChangedAsync(before?.Mappings ?? default, buffer.Mappings);
        var record = new DmaBufferRecord
        {
            Buffer = buffer.WithLists(importers is null ? buffer.Attachments : [], mappings is null ? buffer.Mappings : []),
            Replies = next.Replies,
            Importers = importers?.ToRecord(),
            Mappings = mappings?.ToRecord(),
            NextGeneration = next.NextGeneration,
        };
        await storage.WriteAsync(record, dropActivation);
        storage.State = next;
        if (importers is not null)
        {
            _importers!.Written(importers);
        }

        if (mappings is not null)
        {
            _mappings!.Written(mappings);
        }
    }

    private static DmaBuffer Whole(
        DmaBuffer buffer, NamedList<Attachment, AttachmentSum> importers, NamedList<Mapping, DeviceUses> mappings) => buffer.WithLists(
        importers.IsEmpty ? buffer.Attachments : importers, mappings.IsEmpty ? buffer.Mappings : mappings);

    private StoredItems<Attachment, AttachmentSum> NewImporters() =>
        new(ChunkStates.Of<Attachment>(grain, "importers"), dropActivation, static attachment => attachment);

    /// <summary>Mappings are stored without their storage, which the buffer's record has.</summary>
    private StoredItems<Mapping, DeviceUses> NewMappings() =>
        new(ChunkStates.Of<Mapping>(grain, "mappings"), dropActivation, static mapping => mapping with { Storage = null! });
}
