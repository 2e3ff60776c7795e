using System.Collections.Immutable;
using Orleans;

namespace DmaGrains.Model.Translation;

/// <summary>What is to be stored of an address space beside its layout and what is held of it.</summary>
/// <param name="NextGranule">The granule at which <see cref="IovaPolicy.RoundRobin"/> looks next.</param>
/// <param name="FlushCount">Flushes since the start.</param>
/// <param name="Retired">What is freed and not yet reaped, in the order freed.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.iova-state")]
public sealed record IovaSpaceState(ulong NextGranule, ulong FlushCount, ImmutableArray<IovaRange> Retired);
