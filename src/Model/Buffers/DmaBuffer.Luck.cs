using DmaGrains.Model.Constraints;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;

namespace DmaGrains.Model.Buffers;

/// <content>What works by luck only.</content>
public sealed partial record DmaBuffer
{
    /// <summary>
    /// A list that satisfies a device, and need not have: the page allocator promises single pages and nothing beyond. Where so many would
    /// be too many segments, those that it gave lay together by luck: always for one run, and for several segments where nobody asked for
    /// so few. Behind an MMU it does not matter how pages lie.
    /// </summary>
    private Hazard? UsableByLuck(Mapping mapping, Attachment attachment)
    {
        var most = attachment.Takes.MaxSegmentCount;
        if (attachment.IsTranslated
            || attachment.HasOnRecord(HazardKind.ByLuck, nameof(DmaConstraints.MaxSegmentCount))
            || IsSeenTo(mapping.Storage, attachment)
            || WorstSegmentCount(mapping.Storage, attachment) is not { } worst || worst <= most)
        {
            return null;
        }

        const ulong BlockBytes = MemoryRegionLayout.SystemBlockPages << Page.Shift;
        var bytes = Page.CountFor(SizeBytes) << Page.Shift;
        var never = most == 1 && bytes > BlockBytes ? $", and never guarantees more than {BlockBytes} bytes in one run" : string.Empty;
        return new(
            HazardKind.ByLuck, attachment.Device, attachment.Name, nameof(DmaConstraints.MaxSegmentCount), worst, most,
            $"{attachment.Device} takes at most {Counted.Of(most, "segment")}, and the pages of {Name} fit only by luck: the page allocator may return pages that make {worst}{never}. A contiguous area of {bytes} bytes would not depend on luck.");
    }

    /// <summary>
    /// Whether pages that make too many of several segments would have been refused when they were allocated (thread #59), or would be
    /// left for others (#5), before anybody holds a list.
    /// </summary>
    private bool IsSeenTo(BackingStorage storage, Attachment attachment) => attachment.Takes.MaxSegmentCount is > 1 and var most
        && (storage.AllocatedUnder.MaxSegmentCount <= most
            || (Policy.LateAttach == LateAttach.Migrate && !Policy.Pinned && attachment.Demand.MaxSegmentCount == most));

    /// <summary>
    /// The segments of a storage when none of the page allocator's pages touch; null when it gave none of them. Other memory counts for
    /// one. One page is one run whatever happens.
    /// </summary>
    private ulong? WorstSegmentCount(BackingStorage storage, Attachment attachment)
    {
        var system = storage.SystemPageCount;
        if (system == 0)
        {
            return null;
        }

        var pages = Page.CountFor(SizeBytes);
        var worst = system == pages ? pages : system + 1;
        return ChecksLimits && system == pages && LinesOf(attachment.Traits) is { } lines
            ? Math.Max(worst, lines.WorstSegmentCount)
            : worst;
    }
}
