using Orleans;

namespace DmaGrains.Model.Memory;

/// <summary>Pages held: what was asked and what was given, so that a repeat gets the same answer.</summary>
/// <param name="Request">The request as it came.</param>
/// <param name="Storage">The pages.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.allocation")]
public sealed record Allocation(AllocationRequest Request, BackingStorage Storage);
