using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Model.Memory;

/// <summary>A region and what of it is free.</summary>
/// <param name="Layout">What the region is.</param>
/// <param name="Free">Its free runs.</param>
/// <param name="Whole">Its free runs when nothing is held, joined.</param>
/// <param name="Around">The region with all those that it touches, and that touch them: a run may go through.</param>
internal sealed record MemoryRegion(MemoryRegionLayout Layout, FreePages Free, List<PageExtent> Whole, PageExtent Around)
{
    /// <summary>Whether a run lies in this region.</summary>
    public bool Contains(PageExtent extent) => Layout.Contains(extent);
}
