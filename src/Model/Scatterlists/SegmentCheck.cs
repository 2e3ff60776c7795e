using System.Collections.Immutable;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Translation;

namespace DmaGrains.Model.Scatterlists;

/// <summary>Checks segments and lists against a device's limits, the first two as the kernel's DMA debugging does.</summary>
/// <remarks>Source: kernel/dma/debug.c, check_sg_segment. There, the size test uses the CPU length, the boundary test the DMA fields.</remarks>
public static class SegmentCheck
{
    private const string LengthField = "Length";

    /// <summary>Whether an entry's CPU length exceeds the device's segment size.</summary>
    public static bool IsLongerThanMax(ulong lengthBytes, uint maxSegmentSize) => lengthBytes > maxSegmentSize;

    /// <summary>Whether a segment touches both sides of a boundary. Any mask is legal, holes included; 64-bit addresses wrap.</summary>
    /// <param name="dmaAddress">Address as the device sees it.</param>
    /// <param name="dmaLengthBytes">Bytes, 1 or more.</param>
    /// <param name="segmentBoundaryMask">The device's mask.</param>
    /// <remarks>
    /// The only place that compares a segment with a boundary mask; lists are cut at boundaries by <see cref="Scatterlist.Build"/>.
    /// </remarks>
    public static bool CrossesBoundary(ulong dmaAddress, ulong dmaLengthBytes, ulong segmentBoundaryMask)
    {
        var end = unchecked(dmaAddress + dmaLengthBytes - 1);
        return ((dmaAddress ^ end) & ~segmentBoundaryMask) != 0;
    }

    /// <summary>The first limit that a list breaks, or null when the list satisfies the constraints.</summary>
    /// <param name="entries">The list; without translation the device sees these addresses.</param>
    /// <param name="constraints">The limits to check.</param>
    /// <param name="importer">The device whose limits they are.</param>
    /// <remarks>
    /// With <see cref="AllViolations(ReadOnlySpan{StatedSegment}, DmaConstraints, ulong, string)"/> the only place that judges the
    /// segments of a list.
    /// </remarks>
    public static Refusal? FirstViolation(
        ReadOnlySpan<SgEntry> entries, DmaConstraints constraints, string importer) =>
        TooMany(entries.Length, constraints, importer) ?? FirstIn(entries, 0, entries.Length, constraints, importer);

    /// <summary>The first limit that a table breaks, or null when the table satisfies the constraints.</summary>
    /// <param name="table">The list; without translation the device sees these addresses.</param>
    /// <param name="constraints">The limits to check.</param>
    /// <param name="importer">The device whose limits they are.</param>
    public static Refusal? FirstViolation(SgTable table, DmaConstraints constraints, string importer)
    {
        var violation = TooMany(table.EntryCount, constraints, importer);
        for (var link = 0; violation is null && link < table.LinkCount; link++)
        {
            violation = FirstIn(table.Link(link), link * SgTable.LinkEntries, table.EntryCount, constraints, importer);
        }

        return violation;
    }

    /// <summary>The first limit that a table breaks for a device whose bus sees memory through windows, where boundaries are those of bus addresses.</summary>
    /// <param name="table">The list; entries outside the windows are checked untranslated.</param>
    /// <param name="constraints">The limits to check.</param>
    /// <param name="importer">The device whose limits they are.</param>
    /// <param name="windows">How the bus sees the pages.</param>
    public static Refusal? FirstViolation(SgTable table, DmaConstraints constraints, string importer, DmaWindows windows)
    {
        if (windows.IsEmpty
            || (constraints.Limits.IsEmpty && windows.KeepsBoundaries(constraints.SegmentBoundaryMask) && FirstViolation(table, constraints, importer) is null))
        {
            return windows.IsEmpty ? FirstViolation(table, constraints, importer) : null;
        }

        var violation = TooMany(table.EntryCount, constraints, importer);
        for (var link = 0; violation is null && link < table.LinkCount; link++)
        {
            var entries = table.Link(link);
            for (var index = 0; violation is null && index < entries.Length; index++)
            {
                var address = entries[index].Address.Value;
                violation = Of(
                    new((link * SgTable.LinkEntries) + index, windows.ToBus(address) ?? address, entries[index].LengthBytes, table.EntryCount), constraints, importer);
            }
        }

        return violation;
    }

    /// <summary>The first limit that the segments of a mapping break, or null when they satisfy the constraints.</summary>
    /// <param name="segments">What the device walks, as it sees it.</param>
    /// <param name="constraints">The limits to check.</param>
    /// <param name="importer">The device whose limits they are.</param>
    public static Refusal? FirstViolation(
        ReadOnlySpan<DmaSegment> segments, DmaConstraints constraints, string importer)
    {
        var violation = TooMany(segments.Length, constraints, importer);
        for (var index = 0; violation is null && index < segments.Length; index++)
        {
            var segment = segments[index];
            violation = Of(new(index, segment.Address.Value, segment.LengthBytes, segments.Length), constraints, importer);
        }

        return violation;
    }

    /// <summary>Every limit that a list breaks: first the count, then segment by segment the length, size, boundary, further limits and reach.</summary>
    /// <param name="segments">What the device walks, as it sees it; a length that no list can express gives EINVAL naming Length.</param>
    /// <param name="constraints">The limits to check.</param>
    /// <param name="highestAddress">The last address that the importer reaches.</param>
    /// <param name="importer">The device whose limits they are.</param>
    /// <remarks>
    /// With <see cref="FirstViolation(ReadOnlySpan{SgEntry}, DmaConstraints, string)"/> the only place that judges the segments of a list.
    /// </remarks>
    public static ImmutableArray<SegmentViolation> AllViolations(
        ReadOnlySpan<StatedSegment> segments, DmaConstraints constraints, ulong highestAddress, string importer) =>
        AllViolations(segments, constraints, new DmaReach(highestAddress, default), false, importer);

    /// <summary>Every limit that a list breaks, for a device whose bus may see memory through windows.</summary>
    /// <param name="segments">What the device walks, as its bus sees it; or pages.</param>
    /// <param name="constraints">The limits to check.</param>
    /// <param name="reach">The importer's reach.</param>
    /// <param name="arePages">Whether the segments are pages at CPU addresses, which the windows translate first.</param>
    /// <param name="importer">The device whose limits they are.</param>
    public static ImmutableArray<SegmentViolation> AllViolations(
        ReadOnlySpan<StatedSegment> segments, DmaConstraints constraints, DmaReach reach, bool arePages, string importer)
    {
        var violations = ImmutableArray.CreateBuilder<SegmentViolation>();
        if (TooMany(segments.Length, constraints, importer) is { } tooMany)
        {
            violations.Add(new(null, tooMany));
        }

        for (var index = 0; index < segments.Length; index++)
        {
            AddViolations(violations, index, segments[index], (constraints, reach, arePages, importer, segments.Length));
        }

        return violations.ToImmutable();
    }

    /// <summary>EBUSY when a list has more segments than the constraints allow, whatever its segments are; else null.</summary>
    /// <param name="count">How many segments the list has.</param>
    /// <param name="constraints">The limits to check.</param>
    /// <param name="importer">The device whose limits they are.</param>
    public static Refusal? TooMany(int count, DmaConstraints constraints, string importer) =>
        (uint)count <= constraints.MaxSegmentCount
            ? null
            : new(
                Errno.EBUSY, importer, nameof(DmaConstraints.MaxSegmentCount), (uint)count, constraints.MaxSegmentCount,
                $"{importer} takes at most {Counted.Of(constraints.MaxSegmentCount, "segment")}; the list has {count}.");

    private static Refusal? FirstIn(
        ReadOnlySpan<SgEntry> entries, int before, int count, DmaConstraints constraints, string importer)
    {
        var (size, mask, isAll) = (constraints.MaxSegmentSize, constraints.SegmentBoundaryMask, constraints.Limits.IsEmpty);
        for (var index = 0; index < entries.Length; index++)
        {
            ref readonly var entry = ref entries[index];
            if (isAll && !IsLongerThanMax(entry.LengthBytes, size) && !CrossesBoundary(entry.Address.Value, entry.LengthBytes, mask))
            {
                continue;
            }

            if (Of(new(before + index, entry.Address.Value, entry.LengthBytes, count), constraints, importer) is { } violation)
            {
                return violation;
            }
        }

        return null;
    }

    private static Refusal? Of(in SegmentInList segment, in DmaConstraints constraints, string importer) =>
        TooLong(segment.Index, segment.LengthBytes, constraints, importer)
        ?? Crossing(segment.Index, segment.Address, segment.LengthBytes, constraints, importer)
        ?? (constraints.Limits.IsEmpty ? null : constraints.Limits.Check(segment, importer));

    private static Refusal? TooLong(int segment, ulong lengthBytes, DmaConstraints constraints, string importer) =>
        !IsLongerThanMax(lengthBytes, constraints.MaxSegmentSize)
            ? null
            : new(
                Errno.EBUSY, importer, nameof(DmaConstraints.MaxSegmentSize), lengthBytes, constraints.MaxSegmentSize,
                $"{importer} takes segments of at most {constraints.MaxSegmentSize} bytes; segment {segment} has {lengthBytes}.");

    private static Refusal? Crossing(
        int segment, ulong address, ulong lengthBytes, DmaConstraints constraints, string importer) =>
        !CrossesBoundary(address, lengthBytes, constraints.SegmentBoundaryMask)
            ? null
            : new(
                Errno.EBUSY, importer, nameof(DmaConstraints.SegmentBoundaryMask), address, constraints.SegmentBoundaryMask,
                $"{importer} takes no segment that crosses a multiple of 0x{constraints.BoundaryWindowBytes:x}; segment {segment} at 0x{address:x} of {lengthBytes} bytes does.");

    private static Refusal? Beyond(int segment, StatedSegment walked, DmaReach reach, bool arePages, string importer) =>
        !walked.IsRange
            ? new(
                Errno.EIO, importer, nameof(Device.DmaMask), ulong.MaxValue, reach.HighestAddress,
                $"{importer} reaches addresses up to 0x{reach.HighestAddress:x}; segment {segment} ends beyond 2^64.")
            : !arePages || reach.Windows.IsEmpty ? reach.CheckSegment(importer, segment, walked.Address, walked.LengthBytes)
            : reach.Holds(walked.Address, walked.LengthBytes) ? null
            : reach.Beyond(importer, walked.Address, walked.LengthBytes, $"segment {segment}");

    /// <summary>EINVAL for a length that the 32 bits of a segment cannot hold, or for none; else null.</summary>
    private static Refusal? Unsayable(int segment, ulong lengthBytes, string importer) => lengthBytes switch
    {
        0 => new(
            Errno.EINVAL, importer, LengthField, 0, 1,
            $"segment {segment} has no bytes: a length has 32 bits, in which 4294967296 and its multiples are 0."),
        > StatedSegment.LengthBytesMax => new(
            Errno.EINVAL, importer, LengthField, lengthBytes, StatedSegment.LengthBytesMax,
            $"segment {segment} has {lengthBytes} bytes: a length has 32 bits, and {importer} reads {unchecked((uint)lengthBytes)}."),
        _ => null,
    };

    private static void AddViolations(
        ImmutableArray<SegmentViolation>.Builder violations,
        int segment,
        StatedSegment walked,
        (DmaConstraints Constraints, DmaReach Reach, bool ArePages, string Importer, int Count) held)
    {
        var (address, length) = walked;
        var seen = held.ArePages ? held.Reach.Windows.ToBus(address) ?? address : address;
        var unsayable = Unsayable(segment, length, held.Importer);
        Refusal?[] broken = length == 0
            ? [unsayable]
            :
            [
                unsayable,
                TooLong(segment, length, held.Constraints, held.Importer),
                Crossing(segment, seen, length, held.Constraints, held.Importer),
                .. held.Constraints.Limits.Stated.Select(stated => stated.Limit.Check(stated.Value, new(segment, seen, length, held.Count), held.Importer)),
                Beyond(segment, walked, held.Reach, held.ArePages, held.Importer),
            ];
        violations.AddRange(broken.OfType<Refusal>().Select(refusal => new SegmentViolation(segment, refusal)));
    }
}
