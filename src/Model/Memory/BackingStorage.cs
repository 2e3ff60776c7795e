using System.Collections.Immutable;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Scatterlists;
using Orleans;

namespace DmaGrains.Model.Memory;

/// <summary>The pages behind a buffer.</summary>
/// <param name="Token">Identifies the allocation.</param>
/// <param name="Regions">The regions that the pages came from, in the order used.</param>
/// <param name="Extents">The pages in buffer order: disjoint, together the buffer's size rounded up to whole kernel pages.</param>
/// <param name="AllocatedUnder">The union at the moment of allocation (thread #59).</param>
/// <param name="SystemPageCount">
/// The number of pages from the page allocator (<see cref="MemoryKind.System"/>), which does not guarantee that any two are adjacent.
/// </param>
/// <param name="RunBits">
/// The bits in which addresses of one run may differ, in any memory that the request could have been given: no run crosses a boundary of
/// higher bits. 0 when a run is one page, and for storage of earlier builds.
/// </param>
/// <param name="PageOrder">The kernel's page order: 0, 2 or 4 for 4, 16 or 64 KiB.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.storage")]
public sealed record BackingStorage(
    AllocationToken Token,
    ImmutableArray<string> Regions,
    ImmutableArray<PageExtent> Extents,
    DmaConstraints AllocatedUnder,
    ulong SystemPageCount = 0,
    ulong RunBits = 0,
    int PageOrder = 0)
{
    /// <summary>The number of pages of 4 KiB.</summary>
    public ulong PageCount => Extents.Aggregate(0UL, (sum, extent) => sum + extent.PageCount);

    /// <summary>Address of the last byte of the highest page.</summary>
    public ulong HighestAddress => Extents.Max(extent => (extent.EndPfn << Page.Shift) - 1);

    /// <summary>The highest address among pages outside these regions; 0 when all pages lie in them.</summary>
    public ulong HighestAddressBut(ImmutableArray<MemoryRegionLayout> regions) => Extents
        .Where(extent => !regions.Any(region => region.Contains(extent)))
        .Select(extent => (extent.EndPfn << Page.Shift) - 1)
        .DefaultIfEmpty()
        .Max();
}
