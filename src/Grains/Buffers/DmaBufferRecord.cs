using DmaGrains.Grains.Storage;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Grains.Buffers;

/// <summary>The stored state of a buffer.</summary>
[GenerateSerializer, Alias("dma.stored.buffer")]
public sealed class DmaBufferRecord
{
    /// <summary>The name of the state.</summary>
    public const string StateName = "buffer";

    /// <summary>The buffer; null before its first export.</summary>
    [Id(0)]
    public DmaBuffer? Buffer { get; init; }

    /// <summary>The remembered replies.</summary>
    [Id(3)]
    public ReplyTable Replies { get; init; } = ReplyTable.Empty;

    /// <summary>The importers when there are many, stored apart from the buffer; null when they are stored with the buffer.</summary>
    [Id(2)]
    public ChunkedMapRecord<string, Attachment>? Importers { get; init; }

    /// <summary>
    /// The mappings when there are many, stored apart from the buffer and without their <see cref="Mapping.Storage"/>; null when they are
    /// stored with the buffer.
    /// </summary>
    [Id(5)]
    public ChunkedMapRecord<string, Mapping>? Mappings { get; init; }

    /// <summary>The lowest generation of the next export, after failed exports; 0 if none failed.</summary>
    [Id(4)]
    public uint NextGeneration { get; init; }
}
