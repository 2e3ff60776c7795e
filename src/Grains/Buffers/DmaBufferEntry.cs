using DmaGrains.Model.Buffers.Changes;

namespace DmaGrains.Grains.Buffers;

/// <summary>An entry of a buffer's journal: what a command, or a batch of them, has changed.</summary>
[GenerateSerializer, OmitDefaultMemberValues, Alias("dma.stored.buffer-entry")]
public readonly struct DmaBufferEntry
{
    /// <summary>The changes of the buffer.</summary>
    [Id(0)]
    public BufferChanges Buffer { get; init; }

    /// <summary>The changes of the remembered replies.</summary>
    [Id(1)]
    public ReplyChanges Replies { get; init; }

    /// <summary>When it was written, in milliseconds since 1970 by the silo's clock; 0 in entries of builds that kept no times.</summary>
    [Id(2)]
    public long Time { get; init; }

    /// <summary>How many of the first replies to commands without an id are to earlier commands, which changed nothing and are no events.</summary>
    [Id(3)]
    public int EarlierReplies { get; init; }

    /// <summary>Whether the buffer was exported without an id, which no reply tells.</summary>
    [Id(4)]
    public bool IsExport { get; init; }
}
