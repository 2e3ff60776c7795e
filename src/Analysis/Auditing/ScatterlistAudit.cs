using System.Collections.Immutable;
using System.Globalization;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Model.Translation;
using DmaGrains.Reports;

namespace DmaGrains.Analysis.Auditing;

/// <summary>Checks given scatterlists against a device: every limit that they break, and whether another cut or other pages would suit.</summary>
/// <param name="board">The device's board.</param>
/// <param name="device">The device.</param>
/// <param name="getters">How its unset parameters are read.</param>
public sealed class ScatterlistAudit(BoardDefinition board, Device device, ParameterDefaults getters)
{
    private readonly DmaConstraints _demand = device.Demand(getters);
    private readonly MmuAddresses? _mmu = MmuAddresses.Of(device, board);
    private readonly UnstatedLimits _unstated = device.Unstated(getters);

    /// <summary>The report of one list.</summary>
    public ListAuditReport Of(GivenScatterlist list)
    {
        var walksSegments = WalksSegmentsOf(list);
        var segments = walksSegments ? list.Segments : list.Entries;

        // Behind an MMU, windows do not translate the MMU's addresses.
        var reach = device.IsTranslated && walksSegments ? new(device.HighestAddress, default) : device.PageReach;
        var mmu = walksSegments ? _mmu : null;
        var held = HeldOf(list);
        var listed = segments.Aggregate(UInt128.Zero, (sum, segment) => sum + segment.LengthBytes);
        var seen = segments.Select(segment => walksSegments || device.IsTranslated ? segment : OnBus(segment));
        var takes = device.RequiresContiguous ? ContiguousRun.Judging(_demand, list.SizeBytes ?? (ulong)UInt128.Min(listed, ulong.MaxValue), seen) : _demand;
        var violations = SegmentCheck.AllViolations(segments.AsSpan(), takes, reach, !walksSegments, device.Name)
            .Concat(mmu?.Impossible(segments, held) ?? [])
            .OrderBy(violation => violation.Segment ?? -1)
            .Select(violation => ViolationReport.Of(violation with { Refusal = Named(violation.Refusal, isEntryOfMmu: device.IsTranslated && !walksSegments) }, segments));
        var remarks = (mmu is null ? Twice(segments) : mmu.Suspicious(segments, list.Entries, _demand, held))
            .Select(remark => RemarkReport.Of(remark, segments));
        return new(
            list.Label,
            walksSegments ? "segments" : "entries",
            segments.Length,
            listed,
            [.. violations, .. TooShort(list, listed), .. TooSmall(list, listed)])
        {
            Remarks = [.. remarks, .. walksSegments ? MadeForAnother(list) : [], .. TooLong(list, listed)],
            Resplit = Resplit(list.Entries.IsEmpty && !device.IsTranslated ? PagesOf(segments) : list.Entries, reach),
            LeastSegmentCount = (list.SizeBytes ?? listed) is var size && (size == 0 || size > ulong.MaxValue || _demand.FirstZeroField is not null)
                ? null
                : Representability.LeastSegmentCount((ulong)size, _demand, RangeShape.Scattered, SegmentLimit.Floored, board.PageOrder),
        };
    }

    /// <summary>
    /// Adds the cure of an unstated limit to a violation, except when the entries of an MMU are at fault, which the device's mask does not
    /// change.
    /// </summary>
    private Refusal Named(Refusal refusal, bool isEntryOfMmu) => isEntryOfMmu && refusal.Field == nameof(Device.DmaMask)
        ? refusal with { Field = nameof(Device.OutputLimit) }
        : refusal.ExplainUnstated(_unstated);

    /// <summary>The pages behind segments of bus addresses; empty when some address leads nowhere.</summary>
    private ImmutableArray<StatedSegment> PagesOf(ImmutableArray<StatedSegment> segments)
    {
        var windows = device.Reach.Windows;
        return windows.IsEmpty ? segments
            : segments.Any(segment => windows.ToCpu(segment.Address) is null) ? []
            : [.. segments.Select(segment => segment with { Address = windows.ToCpu(segment.Address)!.Value })];
    }

    private StatedSegment OnBus(StatedSegment page) => page with { Address = device.Windows.ToBus(page.Address) ?? page.Address };

    /// <summary>Whether to check segments: when they belong to the device, or, for an unknown device, when the device is behind an MMU.</summary>
    private bool WalksSegmentsOf(GivenScatterlist list) =>
        list.Entries.IsEmpty
        || (!list.Segments.IsEmpty && (list.Device is null ? device.IsTranslated : list.Device == device.Name));

    /// <summary>The range that the list states to hold in the device's MMU, or null.</summary>
    private StatedSegment? HeldOf(GivenScatterlist list) =>
        list.Stages.LastOrDefault(stage => stage.Iommu == _mmu?.Stage) is { } held
            ? new(held.First, held.Last - held.First + 1)
            : null;

    /// <summary>Remarks on overlapping segments: without an MMU they are the same memory twice, which is allowed but hardly intended.</summary>
    private static IEnumerable<SegmentRemark> Twice(ImmutableArray<StatedSegment> segments)
    {
        var overlaps = SegmentOverlaps.Of(segments);
        return Enumerable.Range(0, segments.Length)
            .Where(index => overlaps[index] is not null)
            .Select(index => new SegmentRemark(index, "Overlap", string.Create(
                CultureInfo.InvariantCulture,
                $"segment {index} at 0x{segments[index].Address:x} shares memory with segment {overlaps[index]}.")));
    }

    /// <summary>Remarks on addresses that were made for another device, which are wrong for a device with another path to memory.</summary>
    private IEnumerable<RemarkReport> MadeForAnother(GivenScatterlist list)
    {
        var owner = list.AddressesOf == device.Name ? null : board.Devices.FirstOrDefault(other => other.Name == list.AddressesOf);
        return owner is null || (owner.Iommu, owner.BusMmu, owner.Windows) == (device.Iommu, device.BusMmu, device.Windows)
            ? []
            : [new(null, null, null, "addresses_of",
                $"the DMA addresses are those of {owner.Name}, which has another path to memory than {device.Name}.")];
    }

    private static IEnumerable<ViolationReport> TooShort(GivenScatterlist list, UInt128 listed) =>
        list.SizeBytes is not { } size || listed >= size
            ? []
            : [new(null, null, null, "size_bytes", (ulong)listed, size, string.Create(
                CultureInfo.InvariantCulture, $"The list has {listed} bytes; the buffer has {size}."))];

    /// <summary>Violations of limits on the buffer itself; a list does not tell lines.</summary>
    private IEnumerable<ViolationReport> TooSmall(GivenScatterlist list, UInt128 listed) =>
        _demand.Limits.Stated
            .Select(stated => stated.Limit.Check(stated.Value, "the buffer", new(list.SizeBytes ?? (ulong)UInt128.Min(listed, ulong.MaxValue), null), device.Name))
            .OfType<Refusal>()
            .Select(refusal => new ViolationReport(null, null, null, Vocabulary.Spelt(refusal.Field!), refusal.Needed!.Value, refusal.Limit!.Value, refusal.Reason));

    /// <summary>Remarks on a list that is longer than the buffer, which an exporter may hand out.</summary>
    private static IEnumerable<RemarkReport> TooLong(GivenScatterlist list, UInt128 listed) =>
        list.SizeBytes is not { } size || listed <= size
            ? []
            : [new(null, null, null, "size_bytes", string.Create(
                CultureInfo.InvariantCulture, $"the list has {listed} bytes and the buffer {size}: a device that walks all of it goes beyond the buffer."))];

    /// <summary>The same pages cut for the device alone; null when the list has no whole pages, or the device takes none.</summary>
    private ResplitReport? Resplit(ImmutableArray<StatedSegment> entries, DmaReach reach)
    {
        var demand = _demand.InPages(board.PageOrder);
        if (demand.MaxSegmentSizeInPages() == 0 || !DmaConstraints.IsWholeMask(_demand.SegmentBoundaryMask)
            || _demand.BoundaryWindowBytes < Page.SizeOf(board.PageOrder) || WholePages(entries) is not { } runs)
        {
            return null;
        }

        var count = (ulong)UInt128.Min(
            ulong.MaxValue, runs.Aggregate(UInt128.Zero, (sum, run) => sum + Scatterlist.CountEntries(run, demand)));
        var isReached = runs.All(run => reach.Holds(run.Address.Value, run.SizeBytes));
        return new(count, isReached, isReached && (count <= _demand.MaxSegmentCount || (device.RequiresContiguous && runs.Count == 1)) && KeepsLimits(runs));
    }

    /// <summary>Whether these pages, cut for the device, keep the further limits.</summary>
    private bool KeepsLimits(List<PageExtent> runs)
    {
        var cut = _demand.ToCut(board.PageOrder);
        var pages = runs.Aggregate(0UL, (sum, run) => sum + run.PageCount);
        return _demand.Limits.IsEmpty || SegmentCheck.FirstViolation(
            Scatterlist.Build([.. runs], 0, pages << Page.Shift, cut.MaxSegmentSize, cut.SegmentBoundaryMask).Value,
            DmaConstraints.Unconstrained with { Limits = _demand.Limits },
            device.Name,
            device.IsTranslated ? default : device.Reach.Windows) is null;
    }

    /// <summary>Runs of whole pages, merged where adjacent; only the last page may be partial. Null when the entries are not whole pages.</summary>
    private List<PageExtent>? WholePages(ImmutableArray<StatedSegment> entries)
    {
        var runs = new List<PageExtent>();
        var page = Page.SizeOf(board.PageOrder);
        for (var index = 0; index < entries.Length; index++)
        {
            var entry = entries[index];
            var (firstPfn, pages) = (entry.Address >> Page.Shift, Page.CountFor(entry.LengthBytes, board.PageOrder));
            if (entry.LengthBytes == 0 || entry.Address % page != 0
                || (index < entries.Length - 1 && entry.LengthBytes % page != 0)
                || firstPfn + pages > ulong.MaxValue >> Page.Shift)
            {
                return null;
            }

            if (runs.Count > 0 && runs[^1].EndPfn == firstPfn)
            {
                runs[^1] = runs[^1] with { PageCount = runs[^1].PageCount + pages };
            }
            else
            {
                runs.Add(new(firstPfn, pages));
            }
        }

        return runs.Count == 0 ? null : runs;
    }
}

/// <summary>Whether scatterlists satisfy a device.</summary>
/// <param name="Board">The device's board.</param>
/// <param name="Device">The device.</param>
/// <param name="Takes">Its limits, with unset ones filled in.</param>
/// <param name="HighestAddress">The last address that it can form on its bus.</param>
/// <param name="Iommu">The device's own MMU, or null.</param>
/// <param name="BusMmu">The MMU between the device's bus and memory, or null.</param>
/// <param name="Lists">The lists, each with its violations.</param>
public sealed record AuditReport(
    string Board,
    string Device,
    UnionReport Takes,
    ulong HighestAddress,
    string? Iommu,
    string? BusMmu,
    ImmutableArray<ListAuditReport> Lists)
{
    /// <summary>How its bus sees memory; empty when it sees the CPU's addresses.</summary>
    public required ImmutableArray<BusWindowReport> Windows { get; init; }

    /// <summary>Whether no list has violations.</summary>
    public bool Good => Lists.All(list => list.Violations.IsEmpty);

    /// <summary>The report of lists.</summary>
    /// <param name="board">The device's board.</param>
    /// <param name="device">The device.</param>
    /// <param name="getters">How its unset parameters are read.</param>
    /// <param name="lists">The lists.</param>
    public static AuditReport Of(BoardDefinition board, Device device, ParameterDefaults getters, IEnumerable<GivenScatterlist> lists) => new(
        board.Name,
        device.Name,
        UnionReport.Of(device.Demand(getters)),
        device.HighestAddress,
        device.Iommu,
        device.BusMmu,
        [.. lists.Select(new ScatterlistAudit(board, device, getters).Of)])
    {
        Windows = BusWindowReport.Of(device.Windows),
    };
}

/// <summary>The audit of one list.</summary>
/// <param name="List">The list's name for display.</param>
/// <param name="Part">The part that was checked: "segments" (what the device walks) or "entries" (the pages).</param>
/// <param name="SegmentCount">The number of segments or entries.</param>
/// <param name="SizeBytes">Their bytes.</param>
/// <param name="Violations">All violations: the count, then segment by segment, then the buffer's size.</param>
public sealed record ListAuditReport(
    string List, string Part, int SegmentCount, UInt128 SizeBytes, ImmutableArray<ViolationReport> Violations)
{
    /// <summary>Suspicious things that may be right; a list with only remarks is good.</summary>
    public required ImmutableArray<RemarkReport> Remarks { get; init; }

    /// <summary>The same pages cut for the device alone; null when the list has no whole pages, or the device takes none.</summary>
    public required ResplitReport? Resplit { get; init; }

    /// <summary>The fewest segments in which the device would accept the buffer, or as many bytes, on any pages; null when no list exists.</summary>
    public required UInt128? LeastSegmentCount { get; init; }
}

/// <summary>The same pages in another cut.</summary>
/// <param name="SegmentCount">The number of segments of that cut.</param>
/// <param name="Reachable">Whether the device reaches all of the pages.</param>
/// <param name="Fits">Whether the device accepts those segments.</param>
public sealed record ResplitReport(ulong SegmentCount, bool Reachable, bool Fits);

/// <summary>A limit that a list breaks.</summary>
/// <param name="Segment">The segment's index, from 0; null for the list as a whole.</param>
/// <param name="Address">The segment's first byte.</param>
/// <param name="Length">The segment's bytes.</param>
/// <param name="Field">
/// The limit: max_segment_count, length, max_segment_size, segment_boundary_mask, dma_mask, windows, or size_bytes; of the addresses of an MMU
/// first, last, reserved, held or overlap.
/// </param>
/// <param name="Needed">The list's value.</param>
/// <param name="Limit">The device's limit.</param>
/// <param name="Reason">One sentence for the user.</param>
public sealed record ViolationReport(
    int? Segment, ulong? Address, ulong? Length, string Field, ulong Needed, ulong Limit, string Reason)
{
    /// <summary>Whether the limit is one that nobody stated and the kernel assumes.</summary>
    public bool Assumed => Cure is not null;

    /// <summary>How to state the limit; null when it was stated.</summary>
    public string? Cure { get; init; }

    /// <summary>The report of a violation by one of these segments.</summary>
    public static ViolationReport Of(SegmentViolation violation, ImmutableArray<StatedSegment> segments) => new(
        violation.Segment,
        violation.Segment is { } at ? segments[at].Address : null,
        violation.Segment is { } index ? segments[index].LengthBytes : null,
        Vocabulary.Spelt(violation.Refusal.Field!),
        violation.Refusal.Needed!.Value,
        violation.Refusal.Limit!.Value,
        violation.Refusal.Reason)
    {
        Cure = UnstatedLimit.CureOf(violation.Refusal.Unstated),
    };
}

/// <summary>Something suspicious in a list that may be right.</summary>
/// <param name="Segment">The segment's index, from 0; null for the list as a whole.</param>
/// <param name="Address">The segment's first byte.</param>
/// <param name="Length">The segment's bytes.</param>
/// <param name="Field">The subject: memory, order, overlap, addresses_of or size_bytes.</param>
/// <param name="Reason">One sentence for the user.</param>
public sealed record RemarkReport(int? Segment, ulong? Address, ulong? Length, string Field, string Reason)
{
    /// <summary>The report of a remark on one of these segments.</summary>
    public static RemarkReport Of(SegmentRemark remark, ImmutableArray<StatedSegment> segments) => new(
        remark.Segment,
        remark.Segment is { } at ? segments[at].Address : null,
        remark.Segment is { } index ? segments[index].LengthBytes : null,
        Vocabulary.Spelt(remark.Field),
        remark.Reason);
}
