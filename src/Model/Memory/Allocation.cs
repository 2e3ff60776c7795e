using Orleans;

namespace DmaGrains.Model.Memory;

/// <summary>Held pages, with the request that they answer, so that a repeat gets the same pages.</summary>
/// <param name="Request">The request as it came.</param>
/// <param name="Storage">The pages.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.allocation")]
public sealed record Allocation(AllocationRequest Request, BackingStorage Storage);
