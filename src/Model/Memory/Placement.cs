using System.Collections.Immutable;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Model.Memory;

/// <summary>Chooses the pages for a request: the least scarce memory from which a list satisfies the union.</summary>
/// <remarks>
/// In this order: system RAM from the lowest free runs up (small holes first, as they come); system RAM by the fewest segments; one
/// range of a contiguous area; several ranges of a contiguous area. Zones that all importers reach are used from the highest down, as
/// the kernel does to spare the low ones. The fewest-segments search is exact: pages that the free runs offer fall apart at every
/// boundary and segment length into independent segments, so k segments hold most pages when they are the k longest.
/// </remarks>
internal sealed class Placement
{
    private readonly AllocationRequest _request;
    private readonly ImmutableArray<MemoryRegion> _system;
    private readonly ImmutableArray<MemoryRegion> _contiguous;
    private readonly ulong _reachEndPfn;

    private Placement(ImmutableArray<MemoryRegion> regions, AllocationRequest request)
    {
        _request = request;
        _reachEndPfn = request.HighestAddress == ulong.MaxValue
            ? ulong.MaxValue
            : (request.HighestAddress + 1) >> Page.Shift;
        var reachable = regions
            .Where(region => region.Layout.Range.FirstPfn < _reachEndPfn)
            .OrderByDescending(region => region.Layout.Range.FirstPfn);
        _system = [.. reachable.Where(region => region.Layout.Kind == MemoryKind.System)];
        _contiguous = [.. reachable.Where(region => region.Layout.Kind == MemoryKind.Contiguous)];
    }

    private DmaConstraints Constraints => _request.Constraints;

    private ulong Need => _request.PageCount;

    /// <summary>Chooses pages; nothing is taken yet.</summary>
    /// <returns>The pages in buffer order. EIO when no memory lies within reach; ENOMEM when none fits.</returns>
    public static DmaResult<ImmutableArray<PageExtent>> Choose(
        ImmutableArray<MemoryRegion> regions, AllocationRequest request)
    {
        var placement = new Placement(regions, request);
        if (placement._system.IsEmpty && placement._contiguous.IsEmpty)
        {
            var lowest = regions.Min(region => region.Layout.Range.Address.Value);
            return DmaResult.Refuse<ImmutableArray<PageExtent>>(new(
                Errno.EIO, request.NarrowestImporter, "DmaMask", lowest, request.HighestAddress,
                $"{request.NarrowestImporter} reaches addresses up to 0x{request.HighestAddress:x}; the board's memory starts at 0x{lowest:x}."));
        }

        var chosen = placement.FromLowest(placement._system)
            ?? placement.FromSystemByFewestSegments()
            ?? FirstOf(placement._contiguous, placement.AsOneRange)
            ?? FirstOf(placement._contiguous, region => placement.ByFewestSegments([region]));
        return chosen is { } extents
            ? DmaResult.Grant(extents)
            : DmaResult.Refuse<ImmutableArray<PageExtent>>(placement.NoMemory());
    }

    private ImmutableArray<PageExtent>? FromSystemByFewestSegments() => Constraints.MaxSegmentCount == 1
        ? FirstOf(_system, AsOneRange)
        : ByFewestSegments(_system);

    private static ImmutableArray<PageExtent>? FirstOf(
        ImmutableArray<MemoryRegion> regions, Func<MemoryRegion, ImmutableArray<PageExtent>?> choose)
    {
        foreach (var region in regions)
        {
            if (choose(region) is { } extents)
            {
                return extents;
            }
        }

        return null;
    }

    /// <summary>
    /// The free runs of system RAM as they come, zone by zone; null when there are too few pages or too many segments. Blocks that
    /// happen to touch are not counted on to be one segment.
    /// </summary>
    private ImmutableArray<PageExtent>? FromLowest(ImmutableArray<MemoryRegion> regions)
    {
        const ulong BlockMask = (MemoryRegionLayout.SystemBlockPages << Page.Shift) - 1;
        var inBlocks = Constraints with { SegmentBoundaryMask = Constraints.SegmentBoundaryMask & BlockMask };
        var extents = ImmutableArray.CreateBuilder<PageExtent>();
        var left = Need;
        ulong segments = 0;
        foreach (var run in regions.SelectMany(ReachableRuns))
        {
            var taken = run with { PageCount = Math.Min(run.PageCount, left) };
            segments += Scatterlist.CountEntries(taken, inBlocks);
            if (segments > Constraints.MaxSegmentCount)
            {
                return null;
            }

            extents.Add(taken);
            left -= taken.PageCount;
            if (left == 0)
            {
                return extents.ToImmutable();
            }
        }

        return null;
    }

    /// <summary>One range, in the shortest free run that has room for it at a base with few enough segments.</summary>
    private ImmutableArray<PageExtent>? AsOneRange(MemoryRegion region)
    {
        var blockPages = region.Layout.Kind == MemoryKind.System ? region.Layout.BlockPages : ulong.MaxValue;
        if (Need > blockPages)
        {
            return null;
        }

        foreach (var run in region.Free.RunsOfAtLeast(Need))
        {
            var end = Math.Min(run.EndPfn, _reachEndPfn);
            foreach (var first in BasesIn(run, blockPages))
            {
                var range = new PageExtent(first, Need);
                if (range.EndPfn <= end
                    && Scatterlist.WindowEnd(first, range.EndPfn, blockPages) == range.EndPfn
                    && Scatterlist.CountEntries(range, Constraints) <= Constraints.MaxSegmentCount)
                {
                    return [range];
                }
            }
        }

        return null;
    }

    private IEnumerable<ulong> BasesIn(PageExtent run, ulong blockPages)
    {
        yield return run.FirstPfn;
        var windowPages = Math.Min(Scatterlist.WindowPages(Constraints.SegmentBoundaryMask), blockPages);
        if (windowPages == ulong.MaxValue)
        {
            yield break;
        }

        var boundary = (run.FirstPfn + windowPages - 1) & ~(windowPages - 1);
        yield return boundary;
        foreach (var firstPart in Representability.FirstPartPages(_request.SizeBytes, Constraints))
        {
            // The first place in the run with that many pages before a boundary.
            var boundaryAfter = (run.FirstPfn + firstPart + windowPages - 1) & ~(windowPages - 1);
            yield return boundaryAfter - firstPart;
        }
    }

    /// <summary>The longest segments that the free runs offer; null when not even those are few enough.</summary>
    private ImmutableArray<PageExtent>? ByFewestSegments(ImmutableArray<MemoryRegion> regions)
    {
        ulong segmentPages = Constraints.MaxSegmentSize >> Page.Shift;
        var whole = new List<PageExtent>();
        var shorter = new List<PageExtent>();
        foreach (var region in regions)
        {
            foreach (var part in ReachableRuns(region).SelectMany(run => PartsOf(run, region)))
            {
                var wholePages = part.PageCount / segmentPages * segmentPages;
                if (wholePages != 0)
                {
                    whole.Add(part with { PageCount = wholePages });
                }

                if (wholePages != part.PageCount)
                {
                    shorter.Add(new(part.FirstPfn + wholePages, part.PageCount - wholePages));
                }
            }
        }

        return TakeLongest([.. whole, .. shorter.OrderByDescending(run => run.PageCount)], segmentPages);
    }

    private ImmutableArray<PageExtent>? TakeLongest(List<PageExtent> runs, ulong segmentPages)
    {
        var taken = ImmutableArray.CreateBuilder<PageExtent>();
        var left = Need;
        ulong segmentsLeft = Constraints.MaxSegmentCount;
        foreach (var run in runs)
        {
            var pages = Math.Min(left, Math.Min(run.PageCount, segmentsLeft * segmentPages));
            if (pages == 0)
            {
                break;
            }

            taken.Add(run with { PageCount = pages });
            left -= pages;
            segmentsLeft -= (pages + segmentPages - 1) / segmentPages;
        }

        if (left != 0)
        {
            return null;
        }

        taken.Sort((x, y) => x.FirstPfn.CompareTo(y.FirstPfn));
        return taken.ToImmutable();
    }

    /// <summary>A run cut at every boundary and at the blocks in which its region hands out memory.</summary>
    private IEnumerable<PageExtent> PartsOf(PageExtent run, MemoryRegion region)
    {
        var windowPages = Scatterlist.WindowPages(Constraints.SegmentBoundaryMask);
        if (region.Layout.Kind == MemoryKind.System)
        {
            windowPages = Math.Min(windowPages, region.Layout.BlockPages);
        }

        for (var first = run.FirstPfn; first < run.EndPfn;)
        {
            var end = Scatterlist.WindowEnd(first, run.EndPfn, windowPages);
            yield return new(first, end - first);
            first = end;
        }
    }

    private IEnumerable<PageExtent> ReachableRuns(MemoryRegion region) => region.Free.Runs
        .TakeWhile(run => run.FirstPfn < _reachEndPfn)
        .Select(run => run.EndPfn <= _reachEndPfn ? run : run with { PageCount = _reachEndPfn - run.FirstPfn });

    private Refusal NoMemory()
    {
        var regions = _system.Concat(_contiguous).ToList();
        var free = regions.Aggregate(0UL, (sum, region) => sum + FreeBytes(region));
        var detail = string.Join("; ", regions.Select(Describe));
        if (free < _request.SizeBytes)
        {
            return new(
                Errno.ENOMEM, null, "SizeBytes", Need << Page.Shift, free,
                $"{Need << Page.Shift} bytes are needed and {free} are free within reach ({detail}).");
        }

        var largest = regions.Max(LargestRangeBytes);
        return Constraints.MaxSegmentCount == 1
            ? new(
                Errno.ENOMEM, null, nameof(DmaConstraints.MaxSegmentCount), Need << Page.Shift, largest,
                $"No contiguous range of {Need << Page.Shift} bytes: {free} bytes are free, the largest range has {largest} ({detail}).")
            : new(
                Errno.ENOMEM, null, nameof(DmaConstraints.MaxSegmentCount), Need << Page.Shift, largest,
                $"{Need << Page.Shift} bytes do not fit into {Counted.Of(Constraints.MaxSegmentCount, "segment")} under {Constraints}: {free} bytes are free, the largest range has {largest} ({detail}).");
    }

    private ulong FreeBytes(MemoryRegion region) =>
        ReachableRuns(region).Aggregate(0UL, (sum, run) => sum + run.PageCount) << Page.Shift;

    private ulong LargestRangeBytes(MemoryRegion region)
    {
        var longest = ReachableRuns(region).Aggregate(0UL, (most, run) => Math.Max(most, run.PageCount));
        return Math.Min(longest, region.Layout.BlockPages) << Page.Shift;
    }

    private string Describe(MemoryRegion region) =>
        $"{region.Layout.Name}: {FreeBytes(region)} free, largest {LargestRangeBytes(region)}";
}
