namespace DmaGrains.Grains.Boards.Names;

/// <summary>What is stored with whoever lists names in buckets.</summary>
[GenerateSerializer, Alias("dma.stored.name-buckets")]
internal sealed class NameBucketsRecord
{
    /// <summary>Buckets that the names are in, 1 or more; there may be one more that is not noted yet.</summary>
    [Id(0)]
    public uint BucketCount { get; init; } = 1;
}
