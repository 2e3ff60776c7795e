using System.Numerics;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;

namespace DmaGrains.Model.Buffers;

/// <content>Lists that work only by luck.</content>
public sealed partial record DmaBuffer
{
    /// <summary>Records each limit that a list keeps only by luck: other pages, which memory might have given for the same request, would break it.</summary>
    /// <remarks>The only place that judges luck.</remarks>
    private DmaBuffer RecordLuck(Mapping mapping, Attachment attachment) =>
        RecordHazard(CountByLuck(mapping, attachment)).RecordHazard(SizeByLuck(mapping, attachment)).RecordHazard(BoundaryByLuck(mapping, attachment)).RecordHazard(AlignmentByLuck(mapping, attachment));

    /// <summary>
    /// The page allocator promises nothing beyond single pages. If separate pages would be too many segments, the pages it gave were
    /// adjacent by luck: always for one run, and for several segments where nobody asked for so few. Behind an MMU it does not matter how
    /// pages lie.
    /// </summary>
    private Hazard? CountByLuck(Mapping mapping, Attachment attachment)
    {
        var most = attachment.Takes.MaxSegmentCount;
        if (attachment.IsTranslated
            || attachment.HasOnRecord(HazardKind.ByLuck, nameof(DmaConstraints.MaxSegmentCount))
            || IsSeenTo(mapping.Storage, attachment)
            || WorstSegmentCount(mapping.Storage, attachment) is not { } worst || worst <= most)
        {
            return null;
        }

        var blockBytes = MemoryRegionLayout.SystemBlockPages(PageOrder) << Page.Shift;
        var bytes = Page.CountFor(SizeBytes, PageOrder) << Page.Shift;
        var never = most == 1 && bytes > blockBytes ? $", and never guarantees more than {blockBytes} bytes in one run" : string.Empty;
        return new(
            HazardKind.ByLuck, attachment.Device, attachment.Name, nameof(DmaConstraints.MaxSegmentCount), worst, most,
            $"{attachment.Device} takes at most {Counted.Of(most, "segment")}, and the pages of {Name} fit only by luck: the page allocator may return pages that make {worst}{never}. A contiguous area of {bytes} bytes would not depend on luck.");
    }

    /// <summary>
    /// Adjacent pages become one segment, up to the length that the list was cut for. If that is longer than the device takes, its pages
    /// were separate by luck; an MMU that joins for another device makes segments no shorter.
    /// </summary>
    private Hazard? SizeByLuck(Mapping mapping, Attachment attachment)
    {
        var most = attachment.Takes.MaxSegmentSize;
        var longest = LongestSegment(mapping, attachment);
        if (longest <= most || attachment.HasOnRecord(HazardKind.ByLuck, nameof(DmaConstraints.MaxSegmentSize)))
        {
            return null;
        }

        var unstated = attachment.Unstated & UnstatedLimits.MaxSegmentSize;
        return new(
            HazardKind.ByLuck, attachment.Device, attachment.Name, nameof(DmaConstraints.MaxSegmentSize), longest, most,
            $"{attachment.Device} takes segments of at most {most} bytes, and those of {Name} fit only by luck: its list was not cut for that, and pages that touch make segments of up to {longest} bytes. A list cut for {attachment.Device} would not depend on luck.{UnstatedLimit.Said(unstated, attachment.Device)}",
            unstated);
    }

    /// <summary>Adjacent pages may lie on both sides of a boundary at which the list was not cut.</summary>
    private Hazard? BoundaryByLuck(Mapping mapping, Attachment attachment)
    {
        var mask = attachment.Takes.SegmentBoundaryMask;
        if (!MayCross(mapping, attachment, mask) || attachment.HasOnRecord(HazardKind.ByLuck, nameof(DmaConstraints.SegmentBoundaryMask)))
        {
            return null;
        }

        var unstated = attachment.Unstated & UnstatedLimits.SegmentBoundaryMask;
        return new(
            HazardKind.ByLuck, attachment.Device, attachment.Name, nameof(DmaConstraints.SegmentBoundaryMask), mapping.MadeUnder.SegmentBoundaryMask, mask,
            $"{attachment.Device} takes no segment across a boundary of mask 0x{mask:x}, and those of {Name} cross none only by luck: its list was not cut at them, and its pages may lie on both sides of one. A list cut for {attachment.Device} would not depend on luck.{UnstatedLimit.Said(unstated, attachment.Device)}",
            unstated);
    }

    /// <summary>Pages may start anywhere, unless somebody asked for more or the areas that they come from align them.</summary>
    private Hazard? AlignmentByLuck(Mapping mapping, Attachment attachment)
    {
        if (attachment.Takes.Limits.IsEmpty || attachment.IsTranslated || WouldMove)
        {
            return null;
        }

        const string Field = nameof(ListLimit.AddressAlignment);
        var alignment = attachment.Takes.Limits[ListLimit.AddressAlignment];
        var areas = LiesIn(mapping.Storage);
        var kept = areas.IsEmpty || mapping.Storage.Extents.Length > 1 ? 0
            : Math.Min(BitOperations.RoundUpToPowerOf2(mapping.Storage.PageCount << Page.Shift), areas.Min(area => area.AreaAlignmentBytes));
        return alignment <= Math.Max(Page.SizeOf(PageOrder), Math.Max(kept, mapping.Storage.AllocatedUnder.Limits[ListLimit.AddressAlignment]))
            || attachment.HasOnRecord(HazardKind.ByLuck, Field)
            ? null
            : new(
                HazardKind.ByLuck, attachment.Device, attachment.Name, Field, mapping.Storage.Extents[0].Address.Value, alignment,
                $"{attachment.Device} takes {ListLimit.AddressAlignment.Takes(alignment)}, and those of {Name} fit only by luck: its pages were not chosen for that. Pages chosen for {attachment.Device} would not depend on luck.");
    }

    /// <summary>
    /// Whether too many segments, where the device takes several, would have been refused at the allocation (thread #59) or would make the
    /// storage move (#5), before anybody holds a list.
    /// </summary>
    private bool IsSeenTo(BackingStorage storage, Attachment attachment) => attachment.Takes.MaxSegmentCount is > 1 and var most
        && (storage.AllocatedUnder.MaxSegmentCount <= most || (WouldMove && attachment.Demand.MaxSegmentCount == most));

    /// <summary>Whether the exporter would move the storage for an importer that cannot use the list (thread #5).</summary>
    private bool WouldMove => Moves && !Policy.Pinned;

    /// <summary>
    /// The segments of a storage if none of the page allocator's pages were adjacent, all other memory counting as one; null when the page
    /// allocator gave no pages, or a single one.
    /// </summary>
    private ulong? WorstSegmentCount(BackingStorage storage, Attachment attachment)
    {
        var system = storage.SystemPageCount >> PageOrder;
        if (system == 0)
        {
            return null;
        }

        var pages = Page.CountFor(SizeBytes, PageOrder) >> PageOrder;
        var worst = system == pages ? pages : system + 1;
        return ChecksLimits && system == pages && LinesOf(attachment.Traits) is { } lines
            ? Math.Max(worst, lines.WorstSegmentCount(PageOrder))
            : worst;
    }

    /// <summary>The limits that a list keeps whatever its pages: those it was cut under, and those for which the storage would move.</summary>
    private DmaConstraints KeptBy(Mapping mapping, Attachment attachment) =>
        WouldMove ? DmaConstraints.Intersect(mapping.MadeUnder, attachment.Demand) : mapping.MadeUnder;

    /// <summary>The longest entry of a list if all pages were adjacent, in bytes.</summary>
    private ulong LongestEntry(DmaConstraints kept) =>
        (ulong)UInt128.Min(SizeBytes, UInt128.Min(kept.MaxSegmentSizeInPages(PageOrder), kept.BoundaryWindowBytes));

    /// <summary>
    /// The longest segment that a device walks if all pages were adjacent, in bytes: an MMU joins entries up to the limits of the device it
    /// maps for, and splits none.
    /// </summary>
    private ulong LongestSegment(Mapping mapping, Attachment attachment)
    {
        var entry = LongestEntry(KeptBy(mapping, attachment));
        return JoinedFor(mapping) is { } limits ? Math.Max(entry, Math.Min(SizeBytes, limits.MaxSegmentSize)) : entry;
    }

    private static DmaConstraints? JoinedFor(Mapping mapping) => mapping.Mapped is { Stages.IsEmpty: false } ? mapping.SteeredBy : null;

    /// <summary>Whether a segment of other pages might cross a boundary.</summary>
    private bool MayCross(Mapping mapping, Attachment attachment, ulong mask)
    {
        var kept = KeptBy(mapping, attachment);
        var longest = LongestEntry(kept);
        if (JoinedFor(mapping) is { } limits)
        {
            // An MMU aligns the entries that it joins, but not one that is too long by itself.
            return (limits.SegmentBoundaryMask & ~mask) != 0 || longest > (UInt128)mask + 1;
        }

        if (longest <= Page.SizeOf(PageOrder))
        {
            return false;
        }

        // Where a bus sees boundaries at other bytes than the CPU does, cutting the list does not help; only the windows bound the segments.
        var isCutThere = (kept.SegmentBoundaryMask & ~mask) == 0;
        return (!mapping.Windows.KeepsBoundaries(mask) || (!isCutThere && (mapping.Storage.RunBits & ~mask) != 0))
            && (mapping.Windows.IsEmpty || GoAcross(mapping.Windows, mask));
    }

    private static bool GoAcross(DmaWindows windows, ulong mask)
    {
        foreach (var window in windows.Joined())
        {
            if (((window.BusStart ^ window.BusLast) & ~mask) != 0)
            {
                return true;
            }
        }

        return false;
    }
}
