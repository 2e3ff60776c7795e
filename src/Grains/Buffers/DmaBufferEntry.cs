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
}
