using System.Collections.Immutable;
using Orleans;

namespace DmaGrains.Model.Translation;

/// <summary>The stored state of an address space, apart from its layout and its held ranges.</summary>
/// <param name="NextGranule">The granule at which <see cref="IovaPolicy.RoundRobin"/> looks next.</param>
/// <param name="FlushCount">Flushes since the start.</param>
/// <param name="Retired">The ranges that are freed but not yet reaped, in the order freed.</param>
/// <param name="Search">Where <see cref="IovaPolicy.TopDown"/> looks next.</param>
/// <param name="BeyondPci">The PCI devices whose requests below 4 GiB were refused once, in ordinal order.</param>
/// <param name="Cached">The freed ranges that <see cref="IovaSpaceLayout.Caches"/> keep.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.iova-state")]
public sealed record IovaSpaceState(
    ulong NextGranule,
    ulong FlushCount,
    ImmutableArray<IovaRange> Retired,
    IovaSearch Search = default,
    ImmutableArray<string> BeyondPci = default,
    ImmutableArray<IovaMagazine> Cached = default);
