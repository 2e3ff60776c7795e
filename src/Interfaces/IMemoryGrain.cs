using System.Collections.Immutable;
using DmaGrains.Model.Memory;
using Orleans.Concurrency;

namespace DmaGrains.Interfaces;

/// <summary>A board's physical memory; key <c>memory:board</c>. Only buffers allocate and free.</summary>
[GrainInterfaceType("dma.IMemoryGrain")]
[Alias("dma.IMemoryGrain")]
public interface IMemoryGrain : IGrainWithStringKey
{
    /// <summary>How full each region is; empty when the memory is not set up.</summary>
    [ReadOnly]
    [Alias("Describe")]
    Task<ImmutableArray<RegionUse>> DescribeAsync(CancellationToken cancellationToken = default);

    /// <summary>The tokens that hold pages, in order.</summary>
    [ReadOnly]
    [Alias("Held")]
    Task<ImmutableArray<AllocationToken>> GetHeldAsync(CancellationToken cancellationToken = default);
}
