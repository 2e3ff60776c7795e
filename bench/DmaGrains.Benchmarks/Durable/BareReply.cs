namespace DmaGrains.Benchmarks.Durable;

/// <summary>Four numbers, as a reply of a buffer has them.</summary>
[GenerateSerializer, Immutable, Alias("dma.bench.bare-reply")]
public sealed record BareReply(
    [property: Id(0)] int Errno, [property: Id(1)] uint Size, [property: Id(2)] uint Count, [property: Id(3)] ulong Mask);
