using System.Collections.Immutable;
using System.Numerics;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Model.Memory;

/// <summary>Chooses the pages for a request: the least scarce memory from which a list satisfies the union.</summary>
/// <remarks>
/// Without named regions, in this order: system RAM in blocks as the system heap takes them, or for one range one block; system RAM in the
/// fewest segments; the lowest range of a contiguous area; several ranges of a contiguous area. Zones that all importers reach are used from the highest down, as in the kernel,
/// to spare the low ones. Of named regions: the first that has enough room alone, then those with struct pages together, or those without;
/// memory other than system RAM gives one range where it can. The search for the fewest segments of one list is exact: boundaries and
/// segment lengths cut the free runs into independent segments, so k segments hold most pages when they are the k longest. A wish for long
/// segments decides where this leaves a choice: between pages of one zone, and between places for one range.
/// </remarks>
internal sealed partial class Placement
{
    /// <summary>The orders that the system heap asks for (drivers/dma-buf/heaps/system_heap.c).</summary>
    private static readonly int[] _heapOrders = [8, 4, 0];

    private readonly AllocationRequest _request;

    /// <summary>The kernel's page order; all free runs consist of whole kernel pages.</summary>
    private readonly int _pageOrder;

    /// <summary>The alignment of the start of each run, in pages of 4 KiB; free runs always have it when it is one kernel page.</summary>
    private readonly ulong _alignmentPages;

    /// <summary>The usable regions within reach, in the order to try them.</summary>
    private readonly ImmutableArray<MemoryRegion> _regions;

    /// <summary>The part of each region that all importers with windows reach; null without such importers.</summary>
    private readonly Dictionary<string, Seen>? _windows;

    private Placement(IEnumerable<MemoryRegion> candidates, AllocationRequest request, int pageOrder)
    {
        _request = request.InPages(pageOrder);
        _pageOrder = pageOrder;
        LimitsToMeet = request.LimitsPerImporter.IsEmpty ? [_request.Constraints]
            : pageOrder == 0 && request.LimitsPerImporter.Limits.All(list => list.Limits.IsEmpty) ? request.LimitsPerImporter.Limits
            : [.. request.LimitsPerImporter.Limits.Select(list => list.InPages(pageOrder)).OrderBy(list => list.MaxSegmentCount)];
        _alignmentPages = LimitsToMeet.Aggregate(1UL << pageOrder, (most, list) => Math.Max(most, list.Limits[ListLimit.AddressAlignment] >> Page.Shift));
        _windows = request.Windowed.IsEmpty ? null : [];
        _regions = [.. candidates.Where(IsWithinReach)];
    }

    private DmaConstraints Constraints => _request.Constraints;

    /// <summary>The limits that the pages must meet: those of the one list for all importers, or those of each importer's own list.</summary>
    private ImmutableArray<DmaConstraints> LimitsToMeet { get; }

    /// <summary>Whether some list may have one segment only.</summary>
    private bool IsOneRange => LimitsToMeet[0].MaxSegmentCount == 1;

    private ulong Need => _request.PageCount;

    /// <summary>Chooses pages; nothing is taken yet.</summary>
    /// <returns>
    /// The pages in buffer order. EINVAL when no segment can end on a page boundary, which only the posted patch lets come this far; EIO
    /// when no memory lies within reach; ENOMEM when none fits or none may be used.
    /// </returns>
    /// <remarks>The only place that chooses pages.</remarks>
    public static DmaResult<ImmutableArray<PageExtent>> Choose(
        ImmutableArray<MemoryRegion> regions, AllocationRequest request)
    {
        var candidates = new List<MemoryRegion>(regions.Length);
        foreach (var region in regions)
        {
            if (NamedRegions.MayGive(request.Regions, region.Layout))
            {
                candidates.Add(region);
            }
        }

        candidates.Sort(request.Regions.IsEmpty ? LeastScarceFirst : AsNamed(request.Regions));
        if (candidates.Count == 0)
        {
            return DmaResult.Refuse<ImmutableArray<PageExtent>>(NothingToGive(request));
        }

        var pageOrder = candidates[0].Layout.PageOrder;
        var placement = new Placement(candidates, request, pageOrder);
        if (BelowPage(request, pageOrder) is { } belowPage)
        {
            return DmaResult.Refuse<ImmutableArray<PageExtent>>(belowPage);
        }

        if (placement._regions.IsEmpty)
        {
            return DmaResult.Refuse<ImmutableArray<PageExtent>>(OutOfReach([.. candidates], request));
        }

        return (request.Regions.IsEmpty ? placement.FromLeastScarce() : placement.FromNamed()) is { } extents
            ? DmaResult.Grant(extents)
            : DmaResult.Refuse<ImmutableArray<PageExtent>>(placement.NoMemory());
    }

    /// <summary>System RAM, then contiguous areas, each from the highest down. No two regions are equal in that.</summary>
    /// <remarks>The only place that orders regions where none is named.</remarks>
    private static int LeastScarceFirst(MemoryRegion one, MemoryRegion other) => one.Layout.Kind != other.Layout.Kind
        ? (int)one.Layout.Kind - (int)other.Layout.Kind
        : other.Layout.Range.FirstPfn.CompareTo(one.Layout.Range.FirstPfn);

    /// <summary>The regions in the order in which the exporter names them.</summary>
    /// <remarks>The only place that orders named regions.</remarks>
    private static Comparison<MemoryRegion> AsNamed(NameList names) => (one, other) =>
        names.Names.IndexOf(one.Layout.Name).CompareTo(names.Names.IndexOf(other.Layout.Name));

    /// <summary>System RAM first, then contiguous areas: each area by itself in one range, else in several.</summary>
    /// <remarks>With <see cref="FromNamed"/> the only place that decides which regions are tried together.</remarks>
    private ImmutableArray<PageExtent>? FromLeastScarce()
    {
        var systemCount = 0;
        while (systemCount < _regions.Length && _regions[systemCount].Layout.Kind == MemoryKind.System)
        {
            systemCount++;
        }

        if (FromSystem(_regions[..systemCount]) is { } system)
        {
            return system;
        }

        var contiguous = _regions[systemCount..];
        return FirstOf(contiguous, AsOneRange)
            ?? FirstOf(contiguous, InSeveralRanges);
    }

    /// <summary>The first named region that has room by itself, else those of one kind together.</summary>
    /// <remarks>With <see cref="FromLeastScarce"/> the only place that decides which regions are tried together.</remarks>
    private ImmutableArray<PageExtent>? FromNamed() => FirstOf(_regions, FromOne)
        ?? OfOneKind([.. _regions.Where(region => !IsOneRange || region.Layout.Kind != MemoryKind.Contiguous)]).Select(ByFewestSegments).FirstOrDefault(extents => extents is not null);

    /// <summary>Groups of regions that one buffer may take from together: all with struct pages, or all without (thread #54).</summary>
    private static IEnumerable<ImmutableArray<MemoryRegion>> OfOneKind(ImmutableArray<MemoryRegion> regions) => regions
        .GroupBy(region => region.Layout.Kind.HasStructPages())
        .Select(kind => kind.ToImmutableArray());

    private ImmutableArray<PageExtent>? FromOne(MemoryRegion region) => region.Layout.Kind == MemoryKind.System
        ? FromSystem([region])
        : AsOneRange(region) ?? InSeveralRanges(region);

    /// <summary>Pages of one region in the fewest segments; null where they must be one range and a contiguous area would have to align it.</summary>
    private ImmutableArray<PageExtent>? InSeveralRanges(MemoryRegion region) =>
        IsOneRange && region.Layout.Kind == MemoryKind.Contiguous ? null : ByFewestSegments([region]);

    private ImmutableArray<PageExtent>? FromSystem(ImmutableArray<MemoryRegion> regions) =>
        IsOneRange ? FirstOf(regions, AsOneBlock) : FromHeap(regions) ?? ByFewestSegments(regions);

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
    /// Blocks of system RAM as the system heap asks for them: of order 8 while so much is left, then of order 4, then single pages, each from
    /// the first zone that has one, and there the lowest; null when there are too few pages or too many segments. Blocks that happen to be
    /// adjacent are not counted as one segment beyond the largest block. What has to be aligned to more than a page does not come from it.
    /// </summary>
    /// <remarks>
    /// Source: drivers/dma-buf/heaps/system_heap.c, alloc_largest_available. Which of several free blocks the kernel takes depends on what was
    /// freed last (<see cref="BuddyLists"/>), on each CPU. With <see cref="AsOneBlock"/> the only place that chooses blocks of system RAM;
    /// <see cref="ByFewestSegments(ImmutableArray{MemoryRegion})"/> then looks for runs.
    /// </remarks>
    private ImmutableArray<PageExtent>? FromHeap(ImmutableArray<MemoryRegion> regions)
    {
        if (_alignmentPages > 1UL << _pageOrder)
        {
            return null;
        }

        var taken = ImmutableArray.CreateBuilder<PageExtent>();
        var left = Need;
        Span<ulong> ends = stackalloc ulong[regions.Length * _heapOrders.Length];
        for (var step = 0; step < _heapOrders.Length; step++)
        {
            for (var index = 0; index < regions.Length; index++)
            {
                left = TakeBlocks(taken, regions[index], ends.Slice(index * _heapOrders.Length, step + 1), left);
            }
        }

        if (left != 0)
        {
            return null;
        }

        var extents = taken.ToImmutable();
        foreach (var list in LimitsToMeet)
        {
            if (!Holds(extents, InBlocks(list)))
            {
                return null;
            }
        }

        return AsWished(extents, regions);
    }

    /// <summary>A list's limits on system RAM, where adjacent blocks do not count as one segment.</summary>
    private DmaConstraints InBlocks(DmaConstraints list)
    {
        var blockMask = (MemoryRegionLayout.SystemBlockPages(_pageOrder) << Page.Shift) - 1;
        return list with { SegmentBoundaryMask = list.SegmentBoundaryMask & blockMask };
    }

    /// <summary>Takes blocks of a zone from the lowest up.</summary>
    /// <param name="taken">What is taken so far, in buffer order; adjacent blocks become one run.</param>
    /// <param name="region">The zone.</param>
    /// <param name="ends">For each order so far, where taking ended in this zone; the last one is set.</param>
    /// <param name="left">The pages still to take.</param>
    /// <returns>The pages still to take afterwards.</returns>
    private ulong TakeBlocks(ImmutableArray<PageExtent>.Builder taken, MemoryRegion region, Span<ulong> ends, ulong left)
    {
        var pages = BlockOf(ends.Length - 1);
        if (left < pages || region.Free.LargestRunPages < pages)
        {
            return left;
        }

        foreach (var run in ReachableRuns(region))
        {
            for (var first = Aligned(run.FirstPfn, pages); first + pages <= run.EndPfn;)
            {
                if (TakenBefore(run, first, ends) is { } behind)
                {
                    first = behind;
                    continue;
                }

                if (taken.Count != 0 && taken[^1].EndPfn == first)
                {
                    taken[^1] = taken[^1] with { PageCount = taken[^1].PageCount + pages };
                }
                else
                {
                    taken.Add(new(first, pages));
                }

                first += pages;
                ends[^1] = first;
                left -= pages;
                if (left < pages)
                {
                    return left;
                }
            }
        }

        return left;
    }

    private ulong BlockOf(int step) => 1UL << _heapOrders[step] << _pageOrder;

    /// <summary>The end of the larger block that was taken and has a page in it; null when none was. Of each order, the lowest were taken.</summary>
    private ulong? TakenBefore(PageExtent run, ulong pfn, ReadOnlySpan<ulong> ends)
    {
        for (var step = 0; step < ends.Length - 1; step++)
        {
            var pages = BlockOf(step);
            var first = pfn & ~(pages - 1);
            if (first >= run.FirstPfn && first + pages <= run.EndPfn && first < ends[step])
            {
                return first + pages;
            }
        }

        return null;
    }

    /// <summary>
    /// One range of system RAM: the first part of a free block of its size, rounded up to a power of two, or of the smallest larger one, in the
    /// shortest free run that has one (mm/page_alloc.c, __rmqueue_smallest).
    /// </summary>
    /// <remarks>With <see cref="FromHeap"/> the only place that chooses blocks of system RAM.</remarks>
    private ImmutableArray<PageExtent>? AsOneBlock(MemoryRegion region)
    {
        var pages = BitOperations.RoundUpToPowerOf2(Need);
        if (pages > region.Layout.BlockPages)
        {
            return null;
        }

        ImmutableArray<PageExtent>? chosen = null;
        var reachEndPfn = ReachEndPfn(region);
        foreach (var run in InWindows(region, region.Free.RunsOfAtLeast(pages)))
        {
            var end = Math.Min(run.EndPfn, reachEndPfn);
            if (Aligned(run.FirstPfn, pages) + pages > end)
            {
                continue;
            }

            foreach (var first in BlocksIn(run with { PageCount = end - run.FirstPfn }, pages, region.Layout.BlockPages))
            {
                var range = new PageExtent(first, Need);
                if ((first & (_alignmentPages - 1)) != 0 || !IsFewIn(range))
                {
                    continue;
                }

                if (IsAsWished([range]))
                {
                    return [range];
                }

                chosen ??= [range];
            }
        }

        return chosen;
    }

    /// <summary>The first pages of a run's free blocks of at least so many pages, the smallest block first.</summary>
    private static IEnumerable<ulong> BlocksIn(PageExtent run, ulong pages, ulong mostPages)
    {
        var largest = BitOperations.Log2(mostPages);
        for (var order = BitOperations.Log2(pages); order <= largest; order++)
        {
            foreach (var first in BuddyLists.BlocksOf(run, order, largest))
            {
                yield return first;
            }
        }
    }

    /// <summary>One range, in the shortest free run that has room for it with few enough segments.</summary>
    private ImmutableArray<PageExtent>? AsOneRange(MemoryRegion region)
    {
        ImmutableArray<PageExtent>? chosen = null;
        var reachEndPfn = ReachEndPfn(region);
        var alignment = Math.Max(_alignmentPages, AreaAlignment(region.Layout));
        var runs = region.Layout.Kind == MemoryKind.Contiguous ? region.Free.Runs.Where(run => run.PageCount >= Need) : region.Free.RunsOfAtLeast(Need);
        foreach (var run in InWindows(region, runs))
        {
            var end = Math.Min(run.EndPfn, reachEndPfn);
            foreach (var from in BasesIn(run))
            {
                var first = Aligned(from, alignment);
                var range = new PageExtent(first, Need);
                if (range.EndPfn <= end && IsFewIn(range))
                {
                    if (IsAsWished([range]))
                    {
                        return [range];
                    }

                    chosen ??= [range];
                }
            }
        }

        return chosen;
    }

    /// <summary>
    /// The alignment of a range in a contiguous area, in pages of 4 KiB: its length, rounded up to a power of two, but at most what the
    /// kernel aligns to (kernel/dma/contiguous.c, dma_alloc_from_contiguous and CONFIG_CMA_ALIGNMENT). 1 in other memory.
    /// </summary>
    private ulong AreaAlignment(MemoryRegionLayout region) => region.Kind == MemoryKind.Contiguous
        ? Math.Min(BitOperations.RoundUpToPowerOf2(Need), region.AreaAlignment >> Page.Shift)
        : 1;

    /// <summary>
    /// The ranges that a contiguous area gives of a free run in several requests, the longest first: each starts at a multiple of its own
    /// length, rounded up to a power of two, but at most of what the kernel aligns to. The run itself in other memory.
    /// </summary>
    private static IEnumerable<PageExtent> AsAreaGives(PageExtent run, MemoryRegionLayout region)
    {
        if (region.Kind != MemoryKind.Contiguous || run.PageCount == 0)
        {
            return [run];
        }

        var most = region.AreaAlignment >> Page.Shift;
        var alignment = most;
        while (Aligned(run.FirstPfn, alignment) is var from && (from >= run.EndPfn || run.EndPfn - from <= alignment / 2))
        {
            alignment /= 2;
        }

        var first = Aligned(run.FirstPfn, alignment);
        var end = alignment == most ? run.EndPfn : first + Math.Min(alignment, run.EndPfn - first);
        PageExtent[] rest = [run with { PageCount = first - run.FirstPfn }, new(end, run.EndPfn - end)];
        return [new(first, end - first), .. rest.Where(part => part.PageCount != 0).SelectMany(part => AsAreaGives(part, region))];
    }

    private bool IsFewIn(PageExtent range)
    {
        foreach (var list in LimitsToMeet)
        {
            if (Scatterlist.CountEntries(range, list) > list.MaxSegmentCount)
            {
                return false;
            }
        }

        return true;
    }

    private IEnumerable<ulong> BasesIn(PageExtent run) => LimitsToMeet.Length == 1
        ? BasesIn(run, LimitsToMeet[0])
        : LimitsToMeet.SelectMany(list => BasesIn(run, list));

    private IEnumerable<ulong> BasesIn(PageExtent run, DmaConstraints list)
    {
        yield return run.FirstPfn;
        var windowPages = Scatterlist.WindowPages(list.SegmentBoundaryMask);
        if (windowPages == ulong.MaxValue)
        {
            yield break;
        }

        var boundary = (run.FirstPfn + windowPages - 1) & ~(windowPages - 1);
        yield return boundary;
        foreach (var firstPart in Representability.FirstPartPages(_request.SizeBytes, list))
        {
            // The first place in the run with that many pages before a boundary.
            var boundaryAfter = (run.FirstPfn + firstPart + windowPages - 1) & ~(windowPages - 1);
            yield return boundaryAfter - firstPart;
        }
    }

    /// <summary>
    /// The longest segments that the free runs offer; null when even those are too many. Of several lists, each is tried in turn, and what
    /// is found for one must satisfy all: pages that none of these tries finds may exist.
    /// </summary>
    private ImmutableArray<PageExtent>? ByFewestSegments(ImmutableArray<MemoryRegion> regions)
    {
        if (LimitsToMeet.Length == 1)
        {
            return ByFewestSegments(regions, LimitsToMeet[0]);
        }

        var all = LimitsToMeet.Aggregate(DmaConstraints.Intersect);
        foreach (var list in LimitsToMeet.Append(all with { MaxSegmentSize = uint.MaxValue }).Append(all))
        {
            if (ByFewestSegments(regions, list) is { } extents && LimitsToMeet.All(each => Holds(extents, each)))
            {
                return extents;
            }
        }

        return InWholeWindows(regions);
    }

    /// <summary>
    /// As above, from whole windows of one list and in segments of another that consist of them: a list that needs nearly all of its
    /// segments cannot spare one for part of a window.
    /// </summary>
    private ImmutableArray<PageExtent>? InWholeWindows(ImmutableArray<MemoryRegion> regions)
    {
        var windows = LimitsToMeet.Select(list => Scatterlist.WindowPages(list.SegmentBoundaryMask)).Where(pages => pages is > 1 and <= uint.MaxValue >> Page.Shift);
        foreach (var windowPages in windows.Distinct())
        {
            foreach (var list in LimitsToMeet)
            {
                var segmentBytes = (uint)(list.MaxSegmentSize & ~((windowPages << Page.Shift) - 1));
                if (segmentBytes != 0
                    && ByFewestSegments(regions, list with { MaxSegmentSize = segmentBytes }, windowPages) is { } extents
                    && LimitsToMeet.All(each => Holds(extents, each)))
                {
                    return extents;
                }
            }
        }

        return null;
    }

    private static bool Holds(ImmutableArray<PageExtent> extents, DmaConstraints list)
    {
        ulong segments = 0;
        foreach (var extent in extents)
        {
            segments += Scatterlist.CountEntries(extent, list);
        }

        return segments <= list.MaxSegmentCount;
    }

    /// <param name="regions">Where to take from.</param>
    /// <param name="list">The limits.</param>
    /// <param name="unitPages">A power of two: runs are used from a multiple of it to a multiple of it.</param>
    private ImmutableArray<PageExtent>? ByFewestSegments(ImmutableArray<MemoryRegion> regions, DmaConstraints list, ulong unitPages = 1)
    {
        ulong segmentPages = list.MaxSegmentSize >> Page.Shift;

        // Each segment lies in one free run, so heavily fragmented memory is ruled out without a search.
        var longest = Math.Min(segmentPages, regions.Select(region => region.Free.LargestRunPages).DefaultIfEmpty().Max());
        if (longest == 0 || (Need - 1) / longest >= list.MaxSegmentCount)
        {
            return null;
        }

        var whole = new List<PageExtent>();
        var shorter = new List<PageExtent>();
        foreach (var region in regions)
        {
            foreach (var part in ReachableRuns(region).SelectMany(run => AsAreaGives(run, region.Layout)).Select(run => InUnits(run, unitPages)).SelectMany(run => PartsOf(run, region, list.SegmentBoundaryMask)))
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

        return TakeLongest([.. whole, .. shorter.OrderByDescending(run => run.PageCount)], segmentPages, list.MaxSegmentCount);
    }

    private ImmutableArray<PageExtent>? TakeLongest(List<PageExtent> runs, ulong segmentPages, ulong segmentsLeft)
    {
        var taken = ImmutableArray.CreateBuilder<PageExtent>();
        var left = Need;
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
    private static IEnumerable<PageExtent> PartsOf(PageExtent run, MemoryRegion region, ulong boundaryMask)
    {
        var windowPages = Scatterlist.WindowPages(boundaryMask);
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

    private IEnumerable<PageExtent> ReachableRuns(MemoryRegion region)
    {
        var runs = RunsBelow(region.Free.Runs, ReachEndPfn(region));
        return _alignmentPages <= 1UL << _pageOrder ? InWindows(region, runs)
            : InWindows(region, runs).Select(FromAligned).Where(run => run.PageCount != 0);
    }

    private static IEnumerable<PageExtent> RunsBelow(ImmutableSortedSet<PageExtent> runs, ulong endPfn)
    {
        foreach (var run in runs)
        {
            if (run.FirstPfn >= endPfn)
            {
                yield break;
            }

            yield return run.EndPfn <= endPfn ? run : run with { PageCount = endPfn - run.FirstPfn };
        }
    }

    /// <param name="pfn">A page frame number.</param>
    /// <param name="alignmentPages">A power of two.</param>
    private static ulong Aligned(ulong pfn, ulong alignmentPages) => (pfn + alignmentPages - 1) & ~(alignmentPages - 1);

    private static PageExtent InUnits(PageExtent run, ulong unitPages)
    {
        var (first, end) = (Aligned(run.FirstPfn, unitPages), run.EndPfn & ~(unitPages - 1));
        return first < end ? new(first, end - first) : default;
    }

    private PageExtent FromAligned(PageExtent run)
    {
        var first = Aligned(run.FirstPfn, _alignmentPages);
        return first < run.EndPfn ? new(first, run.EndPfn - first) : default;
    }

    private bool IsReachedWhole(MemoryRegion region) => _alignmentPages <= 1UL << _pageOrder &&
        ReachEndPfn(region) >= region.Layout.Range.EndPfn && (_windows is null || SeenOf(region.Layout).Parts.IsDefault);

    private bool IsWithinReach(MemoryRegion region) =>
        region.Layout.Range.FirstPfn < ReachEndPfn(region)
        && (_windows is null || SeenOf(region.Layout) is not { Parts.IsDefault: false } seen
            || seen.Parts.Any(part => part.FirstPfn < ReachEndPfn(region)));

    /// <summary>The parts of free runs that lie in the windows of all importers, where these are more than the first pages of a region.</summary>
    private IEnumerable<PageExtent> InWindows(MemoryRegion region, IEnumerable<PageExtent> runs) =>
        _windows is null || SeenOf(region.Layout) is not { Parts.IsDefault: false } seen
            ? runs
            : runs.SelectMany(run => PageRanges.Within(seen.Parts, run));

    /// <summary>The pages of a region that lie in the windows of all importers. A device reaches its own memory without windows.</summary>
    private Seen SeenOf(MemoryRegionLayout region)
    {
        if (!_windows!.TryGetValue(region.Name, out var seen))
        {
            ImmutableArray<PageExtent> parts = [region.Range];
            foreach (var (_, reach) in _request.Windowed.All.Where(windowed => !region.IsOwnOf(windowed.Importer)))
            {
                parts = PageRanges.Intersect(parts, reach.Pages());
            }

            parts = PageRanges.InPages(parts, _pageOrder);

            // Mostly these are the first pages of a region, or all: then an end is enough.
            seen = parts is [var only] && only.FirstPfn == region.Range.FirstPfn ? new(only.EndPfn, default)
                : parts.IsEmpty ? new(0, default)
                : new(ulong.MaxValue, parts);
            _windows.Add(region.Name, seen);
        }

        return seen;
    }

    /// <summary>The frame number after the last page of a region that all importers reach.</summary>
    private ulong ReachEndPfn(MemoryRegion region)
    {
        var highest = _request.ReachIn(region.Layout).HighestAddress;
        var end = highest == ulong.MaxValue ? ulong.MaxValue : Page.RoundDown((highest + 1) >> Page.Shift, _pageOrder);
        return _windows is null ? end : Math.Min(end, SeenOf(region.Layout).EndPfn);
    }

    /// <summary>The pages of a region that importers see through windows.</summary>
    /// <param name="EndPfn">The frame number after the last page seen, where they see the region from its first page on.</param>
    /// <param name="Parts">The pages seen; the default where the end is enough.</param>
    private readonly record struct Seen(ulong EndPfn, ImmutableArray<PageExtent> Parts);
}
