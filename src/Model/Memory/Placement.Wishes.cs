using System.Collections.Immutable;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Model.Memory;

/// <content>
/// The wish for long segments (thread #10). It chooses between pages of the same zone; where it cannot be met in full, it is met as far
/// as it can, and where it cannot be met at all it changes nothing.
/// </content>
internal sealed partial class Placement
{
    private ulong WishPages => Page.CountFor(_request.PreferredSegmentSize);

    /// <summary>
    /// What cuts segments, as far as the wish is concerned: where limits are narrower than the wish, no segment can be so long, and runs of
    /// pages still may be.
    /// </summary>
    private DmaConstraints CutUnderWish
    {
        get
        {
            var longest = Math.Min(Constraints.MaxSegmentSize >> Page.Shift, Scatterlist.WindowPages(Constraints.SegmentBoundaryMask));
            return longest >= WishPages ? Constraints : DmaConstraints.Unconstrained;
        }
    }

    /// <summary>Whether no segment of these pages but the last is shorter than somebody would like.</summary>
    private bool IsAsWished(ImmutableArray<PageExtent> extents) => WishPages <= 1 || _alignmentPages > 1UL << _pageOrder || ShorterThanWished(extents) == 0;

    private int ShorterThanWished(ImmutableArray<PageExtent> extents)
    {
        var cut = CutUnderWish;
        var table = Scatterlist.Build(extents.AsSpan(), 0, _request.SizeBytes, cut.MaxSegmentSize, cut.SegmentBoundaryMask).Value;
        var (shorter, left) = (0, table.EntryCount);
        for (var link = 0; link < table.LinkCount; link++)
        {
            foreach (ref readonly var entry in table.Link(link))
            {
                left--;
                shorter += left != 0 && entry.LengthBytes < _request.PreferredSegmentSize ? 1 : 0;
            }
        }

        return shorter;
    }

    /// <summary>
    /// Pages of system RAM as they come, or, where fewer segments are then shorter than somebody would like, others of the zone that was
    /// reached last: of the zones before it nothing is left to choose.
    /// </summary>
    /// <param name="chosen">The pages as they come, zone by zone.</param>
    /// <param name="zones">The zones, in the order used.</param>
    private ImmutableArray<PageExtent> AsWished(ImmutableArray<PageExtent> chosen, ImmutableArray<MemoryRegion> zones)
    {
        if (IsAsWished(chosen))
        {
            return chosen;
        }

        var zone = zones.First(region => region.Contains(chosen[^1]));
        var before = chosen.RemoveAll(zone.Contains);
        if (LongestOf(zone, Need - before.Aggregate(0UL, (sum, extent) => sum + extent.PageCount)) is not { } others)
        {
            return chosen;
        }

        ImmutableArray<PageExtent> wished = [.. before, .. others.OrderBy(extent => extent.FirstPfn)];
        return Lists.All(list => Holds(wished, InBlocks(list)))
            && ShorterThanWished(wished) < ShorterThanWished(chosen)
                ? wished
                : chosen;
    }

    /// <summary>
    /// Pages of a zone that has as many: the lowest that make segments as long as wished, and when these are too few, the longest that do
    /// not; null when none are so long.
    /// </summary>
    private List<PageExtent>? LongestOf(MemoryRegion zone, ulong need)
    {
        var cut = CutUnderWish;
        var (segmentPages, wishPages) = ((ulong)cut.MaxSegmentSize >> Page.Shift, WishPages);
        var taken = new List<PageExtent>();
        var shorter = new List<PageExtent>();
        foreach (var part in ReachableRuns(zone).SelectMany(run => PartsOf(run, zone, cut.SegmentBoundaryMask)))
        {
            var rest = part.PageCount % segmentPages;
            var pages = Math.Min(need, rest >= wishPages ? part.PageCount : part.PageCount - rest);
            if (pages != 0)
            {
                taken.Add(part with { PageCount = pages });
                need -= pages;
            }

            if (need == 0)
            {
                return taken;
            }

            if (pages != part.PageCount)
            {
                shorter.Add(new(part.FirstPfn + pages, part.PageCount - pages));
            }
        }

        if (taken.Count == 0)
        {
            return null;
        }

        foreach (var part in shorter.OrderByDescending(part => part.PageCount).TakeWhile(_ => need != 0))
        {
            var pages = Math.Min(need, part.PageCount);
            taken.Add(part with { PageCount = pages });
            need -= pages;
        }

        Invariant.Holds(need == 0);
        return taken;
    }
}
