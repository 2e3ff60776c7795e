using System.Collections.Immutable;
using DmaGrains.Model;
using DmaGrains.Model.Memory;
using Orleans.Concurrency;

namespace DmaGrains.Interfaces;

/// <summary>A board's physical memory; key <c>memory:board</c>. Called by buffers; it calls no other grain.</summary>
[GrainInterfaceType("dma.IMemoryGrain")]
[Alias("dma.IMemoryGrain")]
public interface IMemoryGrain : IGrainWithStringKey
{
    /// <summary>Sets the memory up; the same regions again change nothing. No regions remove it.</summary>
    /// <returns>EINVAL, EEXIST (regions overlap) or EBUSY (buffers hold pages of other regions).</returns>
    [Alias("LayOut")]
    Task<DmaResult<ImmutableArray<RegionUse>>> LayOutAsync(ImmutableArray<MemoryRegionLayout> regions);

    /// <summary>Allocates; the same request under the same token gets the same pages.</summary>
    /// <returns>
    /// As <see cref="AllocationRequest.Check"/>, ENOENT (memory not set up), EINVAL naming Token (given back a short while ago, and would
    /// not be given back again), EIO (none within reach) or ENOMEM.
    /// </returns>
    [Alias("Allocate")]
    Task<DmaResult<BackingStorage>> AllocateAsync(AllocationRequest request);

    /// <summary>What an allocation would return; nothing is kept.</summary>
    /// <returns>As <see cref="AllocateAsync"/>.</returns>
    [ReadOnly]
    [Alias("TestAllocate")]
    Task<DmaResult<BackingStorage>> TestAllocateAsync(AllocationRequest request);

    /// <summary>
    /// Frees the pages of a token and of the buffer's earlier generations. The token cannot be used again. A token without pages changes
    /// nothing.
    /// </summary>
    /// <returns>EINVAL naming Buffer; null when nothing is held under it.</returns>
    [Alias("Free")]
    Task<Refusal?> FreeAsync(AllocationToken token);

    /// <summary>How full each region is; empty when the memory is not set up.</summary>
    [ReadOnly]
    [Alias("Describe")]
    Task<ImmutableArray<RegionUse>> DescribeAsync();

    /// <summary>The tokens that hold pages, in order.</summary>
    [ReadOnly]
    [Alias("Held")]
    Task<ImmutableArray<AllocationToken>> GetHeldAsync();
}
