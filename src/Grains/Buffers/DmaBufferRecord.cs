using DmaGrains.Grains.Storage;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Grains.Buffers;

/// <summary>What is stored of a buffer.</summary>
[GenerateSerializer, Alias("dma.stored.buffer")]
public sealed class DmaBufferRecord
{
    /// <summary>The name that it is stored under.</summary>
    public const string StateName = "buffer";

    /// <summary>The buffer; null before its first export.</summary>
    [Id(0)]
    public DmaBuffer? Buffer { get; init; }

    /// <summary>What was answered last.</summary>
    [Id(3)]
    public ReplyTable Replies { get; init; } = ReplyTable.Empty;

    /// <summary>The importers, where there are many: the buffer itself then has none. Null where it has them.</summary>
    [Id(2)]
    public LedgerRecord<string, Attachment>? Importers { get; init; }

    /// <summary>The mappings, where there are many, without the storage that they are over; null where the buffer has them.</summary>
    [Id(5)]
    public LedgerRecord<string, Mapping>? Mappings { get; init; }

    /// <summary>The least generation of the next export, where exports have come to nothing; 0 where none has.</summary>
    [Id(4)]
    public uint NextGeneration { get; init; }
}
