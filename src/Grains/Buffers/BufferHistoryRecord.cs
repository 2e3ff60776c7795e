namespace DmaGrains.Grains.Buffers;

/// <summary>A buffer's last events as a snapshot keeps them, in two parts; <see cref="BufferHistory"/> says what is in a part.</summary>
[GenerateSerializer, Alias("dma.stored.history")]
public readonly struct BufferHistoryRecord
{
    /// <summary>The earlier part, which is full; empty when there is none.</summary>
    [Id(0)]
    public ReadOnlyMemory<byte> Earlier { get; init; }

    /// <summary>The part that grows; empty in snapshots of builds that kept no history.</summary>
    [Id(1)]
    public ReadOnlyMemory<byte> Recent { get; init; }
}
