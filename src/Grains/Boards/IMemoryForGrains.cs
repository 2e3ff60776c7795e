using System.Collections.Immutable;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Memory;
using Orleans.Concurrency;

namespace DmaGrains.Grains.Boards;

/// <summary>A board's physical memory, for the board and its buffers; it calls no other grain. No client can call it.</summary>
[GrainInterfaceType("dma.IMemoryForGrains")]
[Alias("dma.IMemoryForGrains")]
internal interface IMemoryForGrains : IMemoryGrain
{
    /// <summary>Sets the memory up; the same regions again change nothing. No regions remove it.</summary>
    /// <returns>EINVAL, EEXIST (regions overlap) or EBUSY (buffers hold pages of other regions).</returns>
    [Alias("LayOut")]
    Task<DmaResult<ImmutableArray<RegionUse>>> LayOutAsync(ImmutableArray<MemoryRegionLayout> regions, CancellationToken cancellationToken = default);

    /// <summary>Allocates pages; the same request under the same token gets the same pages.</summary>
    /// <returns>
    /// As <see cref="AllocationRequest.Check"/>, ENOENT (memory not set up), EINVAL naming Token (given back a short while ago, and would
    /// not be given back again), EIO (none within reach) or ENOMEM.
    /// </returns>
    [AlwaysInterleave]
    [Alias("Allocate")]
    Task<DmaResult<BackingStorage>> AllocateAsync(AllocationRequest request, CancellationToken cancellationToken = default);

    /// <summary>The reply that an allocation would get; nothing is held.</summary>
    /// <returns>As <see cref="AllocateAsync"/>.</returns>
    [ReadOnly]
    [Alias("TestAllocate")]
    Task<DmaResult<BackingStorage>> TestAllocateAsync(AllocationRequest request, CancellationToken cancellationToken = default);

    /// <summary>
    /// Frees the pages of a token and of the buffer's earlier generations. The token cannot be used again. A token without pages changes
    /// nothing.
    /// </summary>
    /// <returns>EINVAL naming Buffer; null when nothing is held under it.</returns>
    [AlwaysInterleave]
    [Alias("Free")]
    Task<Refusal?> FreeAsync(AllocationToken token, CancellationToken cancellationToken = default);
}
