using System.Collections.Immutable;
using DmaGrains.Model.Constraints;

namespace DmaGrains.Model.Memory;

/// <content>Why there are no pages, in words and numbers.</content>
internal sealed partial class Placement
{
    private static Refusal NothingToGive(AllocationRequest request)
    {
        var need = request.PageCount << Page.Shift;
        return new(
            Errno.ENOMEM, null, "SizeBytes", need, 0,
            request.Regions.IsEmpty
                ? $"{need} bytes are needed, and the board has no memory that is given without being named."
                : $"{need} bytes are needed, and the board has none to give of {request.Regions}.");
    }

    private static Refusal OutOfReach(ImmutableArray<MemoryRegion> candidates, AllocationRequest request)
    {
        var lowest = candidates.MinBy(region => region.Layout.Range.FirstPfn)!.Layout;
        var (importer, highest) = request.ReachIn(lowest);
        var memory = request.Regions.IsEmpty ? "the board's memory" : $"memory of {request.Regions}";
        return new(
            Errno.EIO, importer, "DmaMask", lowest.Range.Address.Value, highest,
            $"{importer} reaches addresses up to 0x{highest:x}; {memory} starts at {lowest.Range.Address}.");
    }

    private Refusal NoMemory()
    {
        var free = _regions.Aggregate(0UL, (sum, region) => sum + FreeBytes(region));
        var detail = string.Join("; ", _regions.Select(Describe));
        if (free < _request.SizeBytes)
        {
            return new(
                Errno.ENOMEM, null, "SizeBytes", Need << Page.Shift, free,
                $"{Need << Page.Shift} bytes are needed and {free} are free within reach ({detail}).");
        }

        var largest = _regions.Max(LargestRangeBytes);
        return Constraints.MaxSegmentCount == 1
            ? new(
                Errno.ENOMEM, null, nameof(DmaConstraints.MaxSegmentCount), Need << Page.Shift, largest,
                $"No contiguous range of {Need << Page.Shift} bytes: {free} bytes are free, the largest range has {largest} ({detail}).")
            : new(
                Errno.ENOMEM, null, nameof(DmaConstraints.MaxSegmentCount), Need << Page.Shift, largest,
                $"{Need << Page.Shift} bytes do not fit into {Counted.Of(Constraints.MaxSegmentCount, "segment")} under {Constraints}: {free} bytes are free, the largest range has {largest} ({detail}).");
    }

    private ulong FreeBytes(MemoryRegion region) => (IsReachedWhole(region)
        ? region.Free.PageCount
        : ReachableRuns(region).Aggregate(0UL, (sum, run) => sum + run.PageCount)) << Page.Shift;

    private ulong LargestRangeBytes(MemoryRegion region)
    {
        var longest = IsReachedWhole(region)
            ? region.Free.LargestRunPages
            : ReachableRuns(region).Aggregate(0UL, (most, run) => Math.Max(most, run.PageCount));
        return Math.Min(longest, region.Layout.BlockPages) << Page.Shift;
    }

    private string Describe(MemoryRegion region) =>
        $"{region.Layout.Name}: {FreeBytes(region)} free, largest {LargestRangeBytes(region)}";
}
