using System.Collections.Immutable;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Model.Memory;

/// <content>
/// The preference for long segments (thread #10). It only chooses between pages of the same zone, is met as far as possible, and changes
/// nothing where it cannot be met at all.
/// </content>
internal sealed partial class Placement
{
    private ulong WishPages => Page.CountFor(_request.PreferredSegmentSize);

    /// <summary>
    /// The limits under which the wish judges segments. Where the union is narrower than the wish, no segment can be that long, but runs of
    /// pages still can.
    /// </summary>
    private DmaConstraints CutUnderWish
    {
        get
        {
            var longest = Math.Min(Constraints.MaxSegmentSize >> Page.Shift, Scatterlist.WindowPages(Constraints.SegmentBoundaryMask));
            return longest >= WishPages ? Constraints : DmaConstraints.Unconstrained;
        }
    }

    /// <summary>Whether all segments of these pages, except the last, are as long as preferred.</summary>
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
    /// Pages of system RAM in the default order, unless other pages of the last zone used give fewer segments that are shorter than
    /// preferred. The earlier zones are used up, so they leave no choice.
    /// </summary>
    /// <param name="chosen">The pages in the default order, zone by zone.</param>
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
        return LimitsToMeet.All(list => Holds(wished, InBlocks(list)))
            && ShorterThanWished(wished) < ShorterThanWished(chosen)
                ? wished
                : chosen;
    }

    /// <summary>
    /// Pages of a zone that has enough: the lowest that make segments as long as preferred, then the longest others; null when no segment
    /// would be long enough.
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
