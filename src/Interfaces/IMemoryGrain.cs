using System.Collections.Immutable;
using DmaGrains.Model;
using DmaGrains.Model.Memory;
using Orleans.Concurrency;

namespace DmaGrains.Interfaces;

/// <summary>A board's physical memory; key <c>memory:board</c>. Buffers call it; it calls nobody.</summary>
[GrainInterfaceType("dma.IMemoryGrain")]
[Alias("dma.IMemoryGrain")]
public interface IMemoryGrain : IGrainWithStringKey
{
    /// <summary>Lays out the memory; the same layout again changes nothing. No regions take it away.</summary>
    /// <returns>EINVAL, EEXIST (regions overlap) or EBUSY (another layout holds pages).</returns>
    [Alias("LayOut")]
    Task<DmaResult<ImmutableArray<RegionUse>>> LayOutAsync(ImmutableArray<MemoryRegionLayout> regions);

    /// <summary>Allocates; the same request under the same token gets the same pages.</summary>
    /// <returns>
    /// What <see cref="AllocationRequest.Check"/> answers, ENOENT (no memory laid out), EINVAL naming Token (given back a short while ago: nobody would do so again), EIO (none within reach)
    /// or ENOMEM.
    /// </returns>
    [Alias("Allocate")]
    Task<DmaResult<BackingStorage>> AllocateAsync(AllocationRequest request);

    /// <summary>What an allocation would answer; nothing is held afterwards.</summary>
    /// <returns>As <see cref="AllocateAsync"/>.</returns>
    [ReadOnly]
    [Alias("TestAllocate")]
    Task<DmaResult<BackingStorage>> TestAllocateAsync(AllocationRequest request);

    /// <summary>
    /// Takes pages back, for good, and with them those of the buffer's earlier generations: a token is used once, and generations
    /// follow each other. One that holds nothing changes nothing.
    /// </summary>
    /// <returns>EINVAL naming Buffer; null when nothing is held under it.</returns>
    [Alias("Free")]
    Task<Refusal?> FreeAsync(AllocationToken token);

    /// <summary>How full each region is; empty when no memory is laid out.</summary>
    [ReadOnly]
    [Alias("Describe")]
    Task<ImmutableArray<RegionUse>> DescribeAsync();

    /// <summary>What holds pages, in order.</summary>
    [ReadOnly]
    [Alias("Held")]
    Task<ImmutableArray<AllocationToken>> GetHeldAsync();
}
