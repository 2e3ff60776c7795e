using System.Collections.Immutable;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;

namespace DmaGrains.Model.Memory;

/// <content>Refusals of a placement, with their numbers.</content>
internal sealed partial class Placement
{
    private static Refusal NothingToGive(AllocationRequest request)
    {
        var need = request.PageCount << Page.Shift;
        return new(
            Errno.ENOMEM, null, "SizeBytes", need, 0,
            request.Regions.IsEmpty
                ? $"{need} bytes are needed, but buffers must name all memory of this board."
                : $"{need} bytes are needed, but no memory of {request.Regions} can be allocated.");
    }

    /// <summary>
    /// EINVAL when no list can be made of whole pages: a segment cannot hold one, as in sg_alloc_append_table_from_pages
    /// (lib/scatterlist.c), or cannot end on a page boundary.
    /// </summary>
    private static Refusal? BelowPage(AllocationRequest request, int pageOrder)
    {
        var (limits, window) = (request.Constraints, request.Constraints.BoundaryWindowBytes);
        var page = Page.SizeOf(pageOrder);
        var (field, limit) = limits.MaxSegmentSizeInPages(pageOrder) == 0 ? (nameof(DmaConstraints.MaxSegmentSize), limits.MaxSegmentSize)
            : window < page && (pageOrder != 0 || request.SizeBytes > window) ? (nameof(DmaConstraints.SegmentBoundaryMask), limits.SegmentBoundaryMask)
            : (null, 0UL);
        return field is null
            ? null
            : new(
                Errno.EINVAL, null, field, page, limit,
                $"No list of pages of {page} bytes can be made for {request.Token.Buffer} under {limits}.");
    }

    private static Refusal OutOfReach(ImmutableArray<MemoryRegion> candidates, AllocationRequest request)
    {
        var lowest = candidates.MinBy(region => region.Layout.Range.FirstPfn)!.Layout;
        var (importer, highest) = request.ReachIn(lowest);
        if (request.Windowed.All.Any(windowed => windowed.Importer == importer) || (!request.Windowed.IsEmpty && IsBelow(candidates, request)))
        {
            return OutsideWindows(candidates, request);
        }

        var memory = request.Regions.IsEmpty ? "the board's memory" : $"memory of {request.Regions}";
        return new(
            Errno.EIO, importer, "DmaMask", lowest.Range.Address.Value, highest,
            $"{importer} reaches addresses up to 0x{highest:x}; {memory} starts at {lowest.Range.Address}.");
    }

    /// <summary>Names the importer that reaches none of the memory, or else all importers with windows, whose reaches do not overlap.</summary>
    private static Refusal OutsideWindows(ImmutableArray<MemoryRegion> candidates, AllocationRequest request)
    {
        var lowest = candidates.MinBy(region => region.Layout.Range.FirstPfn)!.Layout;
        var memory = request.Regions.IsEmpty ? "The board's memory" : $"Memory of {request.Regions}";
        var (importer, highest) = request.ReachIn(lowest);
        var alone = request.Windowed.All.Where(windowed => candidates.All(region =>
            !region.Layout.IsOwnOf(windowed.Importer)
            && PageRanges.Intersect([region.Layout.Range], windowed.Reach.Pages()).IsEmpty)).ToList();
        var who = alone.Count != 0 ? alone[0].ToString()
            : request.Windowed.All.Any(windowed => windowed.Importer == importer) || highest == ulong.MaxValue
            ? request.Windowed.ToString()
            : $"{request.Windowed}; {importer} reaches addresses up to 0x{highest:x}";
        return new(
            Errno.EIO, alone.Count != 0 ? alone[0].Importer : importer, nameof(Device.Windows), lowest.Range.Address.Value, null,
            $"{who}. {memory} ({string.Join(", ", candidates.Select(region => RangeOf(region.Layout)))}) has no page there.");
    }

    /// <summary>Whether some page is within reach apart from windows.</summary>
    private static bool IsBelow(ImmutableArray<MemoryRegion> candidates, AllocationRequest request) => candidates.Any(region =>
        request.ReachIn(region.Layout).HighestAddress >= region.Layout.Range.Address.Value + (Page.SizeOf(region.Layout.PageOrder) - 1));

    private static string RangeOf(MemoryRegionLayout region) =>
        $"{region.Name} {region.Range.Address}-0x{(region.Range.EndPfn << Page.Shift) - 1:x}";

    private Refusal NoMemory()
    {
        var free = OfOneKind(_regions).Max(kind => kind.Aggregate(0UL, (sum, region) => sum + FreeBytes(region)));
        var detail = string.Join("; ", [.. _regions.Select(Describe), .. _request.Windowed.All.Select(windowed => windowed.ToString())]);
        if (free < _request.SizeBytes)
        {
            return new(
                Errno.ENOMEM, null, "SizeBytes", Need << Page.Shift, free,
                $"{Need << Page.Shift} bytes are needed and {free} are free within reach ({detail}).");
        }

        if (Constraints.MaxSegmentCount == 1 && Need > MemoryRegionLayout.SystemBlockPages(_pageOrder)
            && _regions.All(region => region.Layout.Kind == MemoryKind.System))
        {
            var blockBytes = MemoryRegionLayout.SystemBlockPages(_pageOrder) << Page.Shift;
            return new(
                Errno.ENOMEM, null, nameof(DmaConstraints.MaxSegmentCount), Need << Page.Shift, blockBytes,
                $"No contiguous range of {Need << Page.Shift} bytes: a page allocator returns none above {blockBytes}, however much is free ({detail}). A contiguous area of {Need << Page.Shift} bytes would work.");
        }

        var largest = _regions.Max(LargestRangeBytes);
        if (LimitsToMeet.Length > 1 && !IsOneRange)
        {
            return new(
                Errno.ENOMEM, null, nameof(DmaConstraints.MaxSegmentCount), Need << Page.Shift, largest,
                $"{Need << Page.Shift} bytes are not available in runs that fit each list ({string.Join("; ", LimitsToMeet)}): {free} bytes are free, the largest range has {largest} ({detail}).");
        }

        return IsOneRange
            ? new(
                Errno.ENOMEM, null, nameof(DmaConstraints.MaxSegmentCount), Need << Page.Shift, largest,
                $"No contiguous range of {Need << Page.Shift} bytes: {free} bytes are free, the largest range has {largest} ({detail}).")
            : new(
                Errno.ENOMEM, null, nameof(DmaConstraints.MaxSegmentCount), Need << Page.Shift, largest,
                $"{Need << Page.Shift} bytes do not fit into {Counted.Of(LimitsToMeet[0].MaxSegmentCount, "segment")} under {LimitsToMeet[0]}: {free} bytes are free, the largest range has {largest} ({detail}).");
    }

    private ulong FreeBytes(MemoryRegion region) => (IsReachedWhole(region)
        ? region.Free.PageCount
        : ReachableRuns(region).Aggregate(0UL, (sum, run) => sum + run.PageCount)) << Page.Shift;

    private ulong LargestRangeBytes(MemoryRegion region)
    {
        if (IsOneRange && region.Layout.Kind == MemoryKind.System)
        {
            return LargestBlockPages(region) << Page.Shift;
        }

        var longest = IsReachedWhole(region)
            ? region.Free.LargestRunPages
            : ReachableRuns(region).Aggregate(0UL, (most, run) => Math.Max(most, run.PageCount));
        return Math.Min(longest, region.Layout.BlockPages) << Page.Shift;
    }

    private ulong LargestBlockPages(MemoryRegion region)
    {
        // A run that has a block has shorter ones too, and none has one longer than the longest run.
        var most = Math.Min(region.Layout.BlockPages, region.Free.LargestRunPages);
        var (largest, next) = (0UL, 1UL);
        foreach (var run in ReachableRuns(region))
        {
            for (; next <= most && Aligned(run.FirstPfn, next) + next <= run.EndPfn; next *= 2)
            {
                largest = next;
            }

            if (next > most)
            {
                break;
            }
        }

        return largest;
    }

    private string Describe(MemoryRegion region) =>
        region.Layout.MissedPageBlock is { } block
            ? $"{region.Layout.Name} at {region.Layout.Range.Address} of {region.Layout.Range.SizeBytes} bytes is not created: with pages of {Page.SizeOf(_pageOrder)} bytes it must start and end on page blocks, multiples of {block}"
            : $"{region.Layout.Name}: {FreeBytes(region)} free, largest {LargestRangeBytes(region)}";
}
