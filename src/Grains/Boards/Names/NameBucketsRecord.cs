namespace DmaGrains.Grains.Boards.Names;

/// <summary>The stored state of a listing.</summary>
[GenerateSerializer, Alias("dma.stored.name-buckets")]
internal sealed class NameBucketsRecord
{
    /// <summary>The number of buckets, 1 or more; there may be one more that is not counted yet.</summary>
    [Id(0)]
    public uint BucketCount { get; init; } = 1;
}
