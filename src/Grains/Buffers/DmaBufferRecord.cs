using DmaGrains.Grains.Storage;
using DmaGrains.Model.Buffers;
using DmaGrains.Storage;
using Orleans.Serialization;

namespace DmaGrains.Grains.Buffers;

/// <summary>The stored record of a buffer: the snapshot in its journal.</summary>
[GenerateSerializer, Alias("dma.stored.buffer")]
public sealed class DmaBufferRecord
{
    /// <summary>The name of the journal where it is kept as a state, and of the state in earlier builds.</summary>
    public const string StateName = "buffer";

    /// <summary>The buffer; null before its first export.</summary>
    [Id(0)]
    public DmaBuffer? Buffer { get; init; }

    /// <summary>The remembered replies.</summary>
    [Id(3)]
    public ReplyTable Replies { get; init; } = ReplyTable.Empty;

    /// <summary>In earlier builds, the importers when there were many, stored apart from the buffer; else null.</summary>
    [Id(2)]
    public ChunkedMapRecord<string, Attachment>? Importers { get; init; }

    /// <summary>
    /// In earlier builds, the mappings when there were many, stored apart from the buffer and without their <see cref="Mapping.Storage"/>;
    /// else null.
    /// </summary>
    [Id(5)]
    public ChunkedMapRecord<string, Mapping>? Mappings { get; init; }

    /// <summary>The lowest generation of the next export, after failed exports; 0 if none failed.</summary>
    [Id(4)]
    public uint NextGeneration { get; init; }

    /// <summary>The record that a journal tells; null when nothing is stored.</summary>
    public static DmaBufferRecord? Replay(JournalContents stored, Serializer serializer)
    {
        if (stored.Snapshot is not { } snapshot)
        {
            return null;
        }

        var record = serializer.Deserialize<DmaBufferRecord>(snapshot)!;
        foreach (var bytes in stored.Entries)
        {
            var entry = serializer.Deserialize<DmaBufferEntry>(bytes);
            var buffer = record.Buffer?.With(entry.Buffer);
            record = new() { Buffer = buffer, Replies = record.Replies.With(entry.Replies, buffer), NextGeneration = record.NextGeneration };
        }

        return record;
    }

    /// <summary>Whether an entry can tell the difference to an earlier record.</summary>
    public bool Continues(DmaBufferRecord earlier) =>
        Buffer is { } now && earlier.Buffer is { } before && now.Continues(before) && NextGeneration == earlier.NextGeneration;

    /// <summary>The entry that leads to a later record, which <see cref="Continues"/> this one.</summary>
    public DmaBufferEntry ChangesTo(DmaBufferRecord later) => new()
    {
        Buffer = ReferenceEquals(later.Buffer, Buffer) ? default : later.Buffer!.ChangesSince(Buffer!),
        Replies = later.Replies.ChangesSince(Replies, later.Buffer),
    };
}
