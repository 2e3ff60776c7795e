using System.Collections.Immutable;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Model.Memory;

/// <summary>A region with its free pages.</summary>
/// <param name="Layout">What the region is.</param>
/// <param name="Free">Its free runs.</param>
/// <param name="Whole">Its free runs when nothing is held; adjacent ones are merged.</param>
/// <param name="Around">The contiguous range of regions around this one, through which a run may pass.</param>
internal sealed record MemoryRegion(MemoryRegionLayout Layout, FreePages Free, List<PageExtent> Whole, PageExtent Around)
{
    /// <summary>Whether a run lies in this region.</summary>
    public bool Contains(PageExtent extent) => Layout.Contains(extent);

    /// <summary>Whether one of the runs lies in this region.</summary>
    public bool ContainsAny(ImmutableArray<PageExtent> extents)
    {
        foreach (var extent in extents)
        {
            if (Layout.Contains(extent))
            {
                return true;
            }
        }

        return false;
    }
}
