using DmaGrains.Model.Memory;
using DmaGrains.Model.Tests.Scatterlists;

namespace DmaGrains.Model.Tests.Memory;

/// <summary>
/// The slow way to know whether a request fits: for every frame and every number of segments, the most pages that so
/// many segments below that frame can hold. A segment is a run of free frames in reach, no longer than the limit, that
/// crosses no boundary and, in a system region, no block of 4 MiB.
/// </summary>
internal static class PlacementSearch
{
    /// <summary>The regions that a request may take pages from, in reach or not; named ones in the order named.</summary>
    public static MemoryRegionLayout[] Allowed(PageOwners owners, AllocationRequest request)
    {
        MemoryKind[] forEverybody = [MemoryKind.System, MemoryKind.Contiguous];
        return request.Regions.IsEmpty
            ? [.. owners.Layouts.Where(layout => forEverybody.Contains(layout.Kind))]
            : [
                .. from name in request.Regions.Names
                   join layout in owners.Layouts on name equals layout.Name
                   where layout.Kind != MemoryKind.Bounce
                   select layout,
            ];
    }

    /// <summary>The last address that may be used of a region, and whose limit that is.</summary>
    public static (ulong HighestAddress, string Importer) ReachIn(MemoryRegionLayout region, AllocationRequest request)
    {
        var isOwn = region.Kind == MemoryKind.Vram && region.Device == request.NarrowestImporter;
        return isOwn && request.Others is { } others ? (others.HighestAddress, others.Importer)
            : (isOwn ? ulong.MaxValue : request.HighestAddress, request.NarrowestImporter);
    }

    /// <summary>
    /// Whether every importer reaches a page of a region: below the bound, and through one window of each that has windows, whose next
    /// page, if it is reached too, goes on where this one ends.
    /// </summary>
    public static bool IsInReach(ulong pfn, MemoryRegionLayout region, AllocationRequest request) =>
        (pfn * 4096) + 4095 <= ReachIn(region, request).HighestAddress
        && request.Windowed.All.All(windowed =>
            (region.Kind == MemoryKind.Vram && region.Device == windowed.Importer)
            || (BusOf(windowed, pfn) is { } bus && (BusOf(windowed, pfn + 1) is not { } next || next == bus + 4096)));

    /// <summary>Where a page is on an importer's bus, when both its ends lie there and it forms the addresses.</summary>
    private static ulong? BusOf(WindowedReach windowed, ulong pfn)
    {
        var (first, last) = (windowed.Reach.Windows.ToBus(pfn * 4096), windowed.Reach.Windows.ToBus((pfn * 4096) + 4095));
        return first + 4095 == last && last <= windowed.Reach.HighestAddress ? first : null;
    }

    /// <summary>
    /// Whether the system regions together, or one contiguous region alone, have room; of named regions, all of a kind together: with struct pages, or without.
    /// </summary>
    public static bool Fits(PageOwners owners, AllocationRequest request)
    {
        var allowed = Allowed(owners, request);
        return request.Regions.IsEmpty
            ? allowed.Where(layout => layout.Kind == MemoryKind.Contiguous).Select(layout => new[] { layout })
                .Append([.. allowed.Where(layout => layout.Kind == MemoryKind.System)])
                .Any(regions => Fits(owners, regions, request))
            : allowed.GroupBy(layout => layout.Kind.HasStructPages()).Any(kind => Fits(owners, [.. kind], request));
    }

    /// <summary>The first of the named regions that has room alone; null when none has.</summary>
    public static MemoryRegionLayout? FirstNamedThatFits(PageOwners owners, AllocationRequest request) =>
        request.Regions.IsEmpty
            ? null
            : Allowed(owners, request).FirstOrDefault(layout => Fits(owners, [layout], request));

    private static bool Fits(PageOwners owners, MemoryRegionLayout[] regions, AllocationRequest request) =>
        MostPages(owners, regions, request) >= request.PageCount;

    private static ulong MostPages(PageOwners owners, MemoryRegionLayout[] regions, AllocationRequest request)
    {
        // Regions are disjoint, so each adds its own frames to the best of those before.
        var segments = (int)Math.Min(request.Constraints.MaxSegmentCount, request.PageCount);
        var most = new ulong[segments + 1];
        foreach (var region in regions)
        {
            most = AddRegion(owners, region, request, most);
        }

        return most[segments];
    }

    private static ulong[] AddRegion(
        PageOwners owners, MemoryRegionLayout region, AllocationRequest request, ulong[] before)
    {
        var pages = (int)region.Range.PageCount;
        var most = new ulong[pages + 1][];
        most[0] = before;
        for (var end = 1; end <= pages; end++)
        {
            most[end] = [.. most[end - 1]];
            for (var length = 1; length <= end && IsSegment(owners, region, request, end - length, length); length++)
            {
                for (var count = 1; count < before.Length && IsAligned(owners, region, request, end - length); count++)
                {
                    most[end][count] = Math.Max(most[end][count], most[end - length][count - 1] + (ulong)length);
                }
            }
        }

        return most[pages];
    }

    /// <summary>
    /// One range of a contiguous area starts at a multiple of its length, rounded up to a power of two, up to 256 pages. In system memory the
    /// whole block of so many pages must be free.
    /// </summary>
    private static bool IsAligned(PageOwners owners, MemoryRegionLayout region, AllocationRequest request, int index)
    {
        var alignment = 1UL;
        while (alignment < request.PageCount && (alignment < 256 || region.Kind == MemoryKind.System))
        {
            alignment *= 2;
        }

        var first = region.Range.FirstPfn + (ulong)index;
        return request.Constraints.MaxSegmentCount > 1 || (region.Kind switch
        {
            MemoryKind.Contiguous => first % alignment == 0,
            MemoryKind.System => first % alignment == 0 && alignment <= 1024 && first + alignment <= region.Range.EndPfn
                && PageWalk.PagesOf([new(first, alignment)]).All(pfn => owners.IsFree(pfn) && IsInReach(pfn, region, request)),
            _ => true,
        });
    }

    private static bool IsSegment(
        PageOwners owners, MemoryRegionLayout region, AllocationRequest request, int index, int length)
    {
        var first = region.Range.FirstPfn + (ulong)index;
        var last = first + (ulong)length - 1;
        var (firstByte, lastByte) = (first * 4096, (last * 4096) + 4095);
        return owners.IsFree(first)
            && (ulong)length <= request.Constraints.MaxSegmentSize / 4096
            && IsInReach(first, region, request) && IsInReach(last, region, request)
            && ((firstByte ^ lastByte) & ~request.Constraints.SegmentBoundaryMask) == 0
            && (region.Kind != MemoryKind.System || first / 1024 == last / 1024)
            && (region.Kind != MemoryKind.Contiguous || request.Constraints.MaxSegmentCount == 1 || AreaRange(owners, region, request, first) is var range && range == AreaRange(owners, region, request, last));
    }

    /// <summary>
    /// The range of a free run with that page: the longest that starts at a multiple of its length, rounded up to a power of two, up to 256
    /// pages; or the longest of what is before or behind it.
    /// </summary>
    private static (ulong First, ulong End) AreaRange(PageOwners owners, MemoryRegionLayout region, AllocationRequest request, ulong pfn)
    {
        bool IsGood(ulong page) => page >= region.Range.FirstPfn && page < region.Range.EndPfn && owners.IsFree(page) && IsInReach(page, region, request);
        var (first, end) = (pfn, pfn + 1);
        while (first > 0 && IsGood(first - 1))
        {
            first--;
        }

        while (IsGood(end))
        {
            end++;
        }

        while (true)
        {
            var (start, length) = LongestAligned(first, end);
            if (pfn >= start && pfn < start + length)
            {
                return (start, start + length);
            }

            (first, end) = pfn < start ? (first, start) : (start + length, end);
        }
    }

    private static (ulong First, ulong Length) LongestAligned(ulong first, ulong end)
    {
        for (var length = end - first; ; length--)
        {
            var alignment = 1UL;
            while (alignment < length && alignment < 256)
            {
                alignment *= 2;
            }

            for (var start = first; start + length <= end; start++)
            {
                if (start % alignment == 0)
                {
                    return (start, length);
                }
            }
        }
    }
}
