namespace DmaGrains.Benchmarks.Storage;

/// <summary>A state of a given size: a buffer with a few importers takes about 500 bytes.</summary>
[GenerateSerializer, Alias("dma.bench.stored-bytes")]
public sealed class StoredBytes
{
    [Id(0)]
    public byte[] Bytes { get; set; } = [];
}
