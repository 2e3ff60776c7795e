namespace DmaGrains.Grains.Boards.Names;

/// <summary>What is stored with the board about its buffers' names.</summary>
[GenerateSerializer, Alias("dma.stored.buffer-names")]
internal sealed class BufferNamesRecord
{
    /// <summary>Buckets that the names are in, 1 or more; there may be one more that is not noted yet.</summary>
    [Id(0)]
    public uint BucketCount { get; init; } = 1;
}
