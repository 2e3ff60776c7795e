using System.Collections.Immutable;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Scatterlists;
using Orleans;

namespace DmaGrains.Model.Memory;

/// <summary>The pages behind a buffer.</summary>
/// <param name="Token">Names the allocation.</param>
/// <param name="Regions">The regions they came from, in the order used.</param>
/// <param name="Extents">The pages in buffer order: disjoint, together exactly the buffer's page count.</param>
/// <param name="AllocatedUnder">The union at the moment of allocation (thread #59).</param>
/// <param name="SystemPageCount">
/// How many of the pages are the page allocator's, of <see cref="MemoryKind.System"/>: no two of them need lie together.
/// </param>
/// <param name="RunBits">
/// The bits in which addresses of one run differ, in all memory that the request could have been given: a run crosses no boundary of
/// higher bits. 0 when a run is one page, and for storage of earlier builds.
/// </param>
/// <param name="PageOrder">Order of the kernel's pages: 0, 2 or 4 for 4, 16 or 64 KiB.</param>
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
    /// <summary>Pages held.</summary>
    public ulong PageCount => Extents.Aggregate(0UL, (sum, extent) => sum + extent.PageCount);

    /// <summary>Address of the last byte of the highest page.</summary>
    public ulong HighestAddress => Extents.Max(extent => (extent.EndPfn << Page.Shift) - 1);

    /// <summary>The same of the pages that lie in none of these regions; 0 when all of them do.</summary>
    public ulong HighestAddressBut(ImmutableArray<MemoryRegionLayout> regions) => Extents
        .Where(extent => !regions.Any(region => region.Contains(extent)))
        .Select(extent => (extent.EndPfn << Page.Shift) - 1)
        .DefaultIfEmpty()
        .Max();
}
