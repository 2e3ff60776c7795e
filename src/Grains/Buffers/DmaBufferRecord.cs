using DmaGrains.Grains.Storage;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Buffers.History;
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

    /// <summary>The last events, in a snapshot; in memory they are in a <see cref="BufferHistory"/>.</summary>
    [Id(6)]
    public BufferHistoryRecord History { get; init; }

    /// <summary>The record that a journal tells; null when nothing is stored.</summary>
    public static DmaBufferRecord? Replay(JournalContents stored, Serializer serializer) => Replay(stored, serializer, out _);

    /// <summary>The same, with the last events.</summary>
    internal static DmaBufferRecord? Replay(JournalContents stored, Serializer serializer, out BufferHistory history)
    {
        if (stored.Snapshot is not { } snapshot)
        {
            history = new();
            return null;
        }

        var record = serializer.Deserialize<DmaBufferRecord>(snapshot)!;
        var sequence = stored.Last - stored.Entries.Length;
        history = record.History.Recent.IsEmpty ? new(new BufferEventId(sequence, 0)) : new(record.History);
        foreach (var bytes in stored.Entries)
        {
            var entry = serializer.Deserialize<DmaBufferEntry>(bytes);
            history.Add(++sequence, entry);
            var buffer = record.Buffer?.With(entry.Buffer);
            record = new() { Buffer = buffer, Replies = record.Replies.With(entry.Replies, buffer), NextGeneration = record.NextGeneration };
        }

        return record;
    }

    /// <summary>Whether an entry can tell the difference to an earlier record.</summary>
    public bool Continues(DmaBufferRecord earlier) =>
        Buffer is { } now && earlier.Buffer is { } before && now.Continues(before) && NextGeneration == earlier.NextGeneration;

    /// <summary>The entry that leads to a later record, which <see cref="Continues"/> this one.</summary>
    /// <param name="later">The later record.</param>
    /// <param name="told">What the entry tells the history beyond replies to requests with an id.</param>
    /// <param name="time">When it is written, in milliseconds since 1970.</param>
    /// <param name="tellsBuffer">Whether it is to be stored; else it tells the history what a snapshot is written for.</param>
    internal DmaBufferEntry EntryTo(DmaBufferRecord later, Told told, long time, bool tellsBuffer = true)
    {
        var replies = later.Replies.ChangesSince(Replies, later.Buffer);
        return new()
        {
            Buffer = !tellsBuffer || ReferenceEquals(later.Buffer, Buffer) ? default : later.Buffer!.ChangesSince(Buffer!),
            Replies = replies,
            Time = time,
            EarlierReplies = (replies.Unnamed.IsDefault ? 0 : replies.Unnamed.Length) - told.UnnamedReplies,
            IsExport = told.IsExport,
        };
    }

    /// <summary>The record with its last events, for a snapshot.</summary>
    internal DmaBufferRecord With(in BufferHistoryRecord history) =>
        new() { Buffer = Buffer, Replies = Replies, NextGeneration = NextGeneration, History = history };
}
