using System.Collections.Immutable;
using System.Text.Json;
using DmaGrains.Model;
using DmaGrains.Reports;

namespace DmaGrains.Kernel.Tracing;

/// <summary>What a trace of a running kernel tells of its buffers.</summary>
/// <param name="File">Where the text came from.</param>
/// <param name="Board">The board whose limits lists were held against; null for none.</param>
/// <param name="EventCount">The number of events read.</param>
/// <param name="DurationNs">From the first event to the last, in nanoseconds of the recorder's clock.</param>
/// <param name="Totals">How often each thing happened.</param>
public sealed record TraceReport(string File, string? Board, long EventCount, ulong DurationNs, TraceTotalsReport Totals)
{
    /// <summary>The most segments of all steps together.</summary>
    public const int SegmentsMax = 1 << 17;

    /// <summary>The most that is listed of what is still there.</summary>
    public const int HeldMax = 10_000;

    /// <summary>The buffers, in the order in which they are seen.</summary>
    public required ImmutableArray<TracedBufferReport> Buffers { get; init; }

    /// <summary>What happened, in the order of the lines.</summary>
    public required ImmutableArray<TraceStepReport> Steps { get; init; }

    /// <summary>How many steps there were; <see cref="Steps"/> has the first of them.</summary>
    public required int StepCount { get; init; }

    /// <summary>What is still there at the end: buffers, and who is attached to them.</summary>
    public required ImmutableArray<TraceHeldReport> Held { get; init; }

    /// <summary>How much is still there; <see cref="Held"/> has the first of it.</summary>
    public required int HeldCount { get; init; }

    /// <summary>Devices with what they mapped, buffers or not.</summary>
    public required ImmutableArray<TracedDeviceReport> Devices { get; init; }

    /// <summary>Lists that break a limit of their device on the board.</summary>
    public required ImmutableArray<TraceLimitReport> LimitsBroken { get; init; }

    /// <summary>How many there are; <see cref="LimitsBroken"/> has the first of them.</summary>
    public required long LimitsBrokenCount { get; init; }

    /// <summary>Why no list could be held against the board: it has none of the devices that map; else null.</summary>
    public required string? BoardProblem { get; init; }

    /// <summary>What failed beside refused steps.</summary>
    public required ImmutableArray<TraceProblem> Failures { get; init; }

    /// <summary>What this trace cannot tell, a sentence each.</summary>
    public required ImmutableArray<string> Unknown { get; init; }

    /// <summary>Places where the trace is incomplete or contradicts itself.</summary>
    public required ImmutableArray<TraceProblem> Problems { get; init; }

    /// <summary>How many such places there are; <see cref="Problems"/> has the first of them.</summary>
    public required long ProblemCount { get; init; }

    /// <summary>The number of lines that are no events.</summary>
    public required long UnreadLines { get; init; }

    /// <summary>Events that the recorder says are lost.</summary>
    public required ulong LostCount { get; init; }

    /// <summary>The scenario that was written; null when none was asked for.</summary>
    public TraceScenarioReport? Scenario { get; init; }

    /// <summary>Whether the trace is complete, nothing in it was refused or failed, and no list breaks a limit of the board.</summary>
    public bool Good => ProblemCount == 0 && Totals.Refused == 0 && Failures.IsEmpty && LimitsBrokenCount == 0 && BoardProblem is null;

    /// <summary>The report of a trace.</summary>
    /// <param name="file">Where the text came from.</param>
    /// <param name="history">What happened.</param>
    public static TraceReport Of(string file, TraceHistory history)
    {
        var (limits, room) = (history.Limits, SegmentsMax);
        List<TraceHeldReport> held = [.. HeldAtEnd(history)];
        return new(
            file,
            limits?.Board.Name,
            history.EventCount,
            history.EndedNs >= (history.BeganNs ?? 0) ? history.EndedNs - (history.BeganNs ?? 0) : 0,
            TraceTotalsReport.Of(history))
        {
            Buffers = [.. history.Buffers.Select(TracedBufferReport.Of)],
            Steps = [.. history.Steps.Select(step => TraceStepReport.Of(step, history.HasDmaEvents, ref room))],
            StepCount = history.StepCount,
            Held = [.. held.Take(HeldMax)],
            HeldCount = held.Count,
            Devices = [.. history.Devices.OrderBy(device => device.Name, StringComparer.Ordinal).Select(device => TracedDeviceReport.Of(device, limits?.DeviceOf(device.Name)))],
            LimitsBroken = [.. history.Broken],
            LimitsBrokenCount = history.BrokenCount,
            BoardProblem = limits?.Misses([.. history.Devices.Where(device => device.BufferMaps > 0).Select(device => device.Name)]),
            Failures = [.. history.Failures],
            Unknown = [.. UnknownOf(history)],
            Problems = [.. history.Problems],
            ProblemCount = history.ProblemCount,
            UnreadLines = history.OutsideCount,
            LostCount = history.LostCount,
        };
    }

    private static IEnumerable<TraceHeldReport> HeldAtEnd(TraceHistory history)
    {
        var attached = history.Attachments.ToLookup(attachment => attachment.Buffer);
        foreach (var buffer in history.Live)
        {
            if (!attached.Contains(buffer))
            {
                yield return TraceHeldReport.Of(buffer);
            }

            foreach (var attachment in attached[buffer])
            {
                yield return TraceHeldReport.Of(attachment);
            }
        }
    }

    private static IEnumerable<string> UnknownOf(TraceHistory history)
    {
        if (!history.HasProbes)
        {
            yield return history.HasTracepoints
                ? "Maps, unmaps, refusals and releases: there are no probes, and the kernel's own events of buffers do not tell them (docs/recording.md)."
                : "Buffers, attaches, maps and refusals: the trace has no probes, so no list can be given to a buffer (docs/recording.md).";
        }

        if (!history.HasDmaEvents)
        {
            yield return "Lists: there are no dma events (they came with 6.12), so segments are counted and have no addresses, and whether the kernel mapped anew is not told.";
        }

        if (history.HasProbes && !history.HasInodes)
        {
            yield return "Which buffer is which for good: there are no inode numbers (they need 6.6 and BTF), only pointers, which come again.";
        }

        if (history.Buffers.Any(buffer => buffer is { Export: null, ReleaseLine: null } or { Export: null, SizeBytes: null }))
        {
            yield return "Who exported buffers that are older than the recording, and what was attached to them before: bufinfo from before the recording tells it.";
        }

        if (history.Steps.Any(step => step.Result is null))
        {
            yield return "How calls ended that do not return within the trace.";
        }

        if (history.Steps.Any(step => step.List is { IsTruncated: true }))
        {
            yield return "Segments beyond the first 128 of a list: the kernel shows no more. Longest segments are those of what is shown.";
        }

        if (history.StepCount > history.Steps.Count)
        {
            yield return $"Steps beyond the first {TraceHistory.StepsMax}, which are counted only.";
        }

        if (history.Limits is null)
        {
            yield return "Limits of devices: no trace has them. --board holds each list against those of a board.";
        }
    }
}

/// <summary>How often each thing happened.</summary>
/// <param name="Exports">Buffers exported.</param>
/// <param name="Attaches">Attaches, granted or not.</param>
/// <param name="Maps">Maps that were granted, or did not return.</param>
/// <param name="RefusedMaps">Maps that were refused.</param>
/// <param name="Unmaps">Unmaps.</param>
/// <param name="Detaches">Detaches.</param>
/// <param name="Releases">Buffers that ended.</param>
/// <param name="BouncedMaps">Maps that gave copies in the bounce pool.</param>
/// <param name="Fences">Events of fences, which do not name buffers.</param>
/// <param name="Refused">Exports, attaches and maps that were refused.</param>
public sealed record TraceTotalsReport(
    long Exports, long Attaches, long Maps, long RefusedMaps, long Unmaps, long Detaches, long Releases, long BouncedMaps, long Fences, long Refused)
{
    /// <summary>The totals of a trace.</summary>
    internal static TraceTotalsReport Of(TraceHistory history) => new(
        history.CountOf(TraceOp.Export),
        history.CountOf(TraceOp.Attach),
        history.CountOf(TraceOp.Map) - history.RefusedMaps,
        history.RefusedMaps,
        history.CountOf(TraceOp.Unmap),
        history.CountOf(TraceOp.Detach),
        history.CountOf(TraceOp.Release),
        history.BouncedMaps,
        history.FenceCount,
        history.RefusedMaps + history.RefusedOthers);
}

/// <summary>A buffer of a trace.</summary>
/// <param name="Buffer">Its name in this report: b1, b2 in the order in which they are seen.</param>
/// <param name="Inode">Its inode number, or null.</param>
/// <param name="Exporter">Its exporter, or null.</param>
/// <param name="SizeBytes">Its size, or null.</param>
/// <param name="Line">The line on which it is first seen.</param>
public sealed record TracedBufferReport(string Buffer, ulong? Inode, string? Exporter, ulong? SizeBytes, long Line)
{
    /// <summary>The task that exported it; null when its export is not in the trace.</summary>
    public required string? Task { get; init; }

    /// <summary>That task's number.</summary>
    public required int? Pid { get; init; }

    /// <summary>The line on which it ends; null when it is still there, or went unseen.</summary>
    public required long? ReleaseLine { get; init; }

    /// <summary>Whether it must have ended where the trace does not tell.</summary>
    public required bool WentUnseen { get; init; }

    /// <summary>The lowest physical address of its lists, or null.</summary>
    public required ulong? LowestPhysical { get; init; }

    /// <summary>The highest physical address at which one of their entries starts, or null.</summary>
    public required ulong? HighestPhysical { get; init; }

    /// <summary>The report of a buffer.</summary>
    internal static TracedBufferReport Of(TracedBuffer buffer) => new(buffer.Name, buffer.Inode, buffer.Exporter, buffer.SizeBytes, buffer.Line)
    {
        Task = buffer.Export?.Head.Task,
        Pid = buffer.Export?.Head.Pid,
        ReleaseLine = buffer.ReleaseLine,
        WentUnseen = buffer.WentUnseen,
        LowestPhysical = buffer.LowestPhysical,
        HighestPhysical = buffer.HighestPhysical,
    };
}

/// <summary>A step of a trace. Null is what the trace does not tell, or what such a step does not have.</summary>
/// <param name="N">Its number, from 1.</param>
/// <param name="Line">The line on which it begins.</param>
/// <param name="AtNs">When, in nanoseconds of the recorder's clock.</param>
/// <param name="Op">What happened.</param>
/// <param name="Buffer">The buffer; null for an export that was refused.</param>
/// <param name="Device">The device.</param>
/// <param name="Outcome"><c>ok</c>, an errno, or null when the trace does not have the end of the call.</param>
public sealed record TraceStepReport(int N, long Line, ulong AtNs, string Op, string? Buffer, string? Device, string? Outcome)
{
    /// <summary>The task that did it.</summary>
    public required string Task { get; init; }

    /// <summary>That task's number.</summary>
    public required int Pid { get; init; }

    /// <summary>The number of the attachment: one device may have several to one buffer.</summary>
    public int? Attachment { get; init; }

    /// <summary>The exporter, at an export.</summary>
    public string? Exporter { get; init; }

    /// <summary>The size, at an export.</summary>
    public ulong? SizeBytes { get; init; }

    /// <summary>Whether the importer brings callbacks, at an attach.</summary>
    public bool? DynamicImporter { get; init; }

    /// <summary>Which way data moves.</summary>
    public string? Direction { get; init; }

    /// <summary>The number of entries of the list.</summary>
    public uint? Entries { get; init; }

    /// <summary>The number of segments that the device walks.</summary>
    public uint? Segments { get; init; }

    /// <summary>The longest segment of those shown, in bytes; of a list that is not told and has one segment, the buffer's size.</summary>
    public ulong? LongestSegment { get; init; }

    /// <summary>The segments: those that the kernel shows, 128 at most.</summary>
    public ImmutableArray<TraceSegmentReport> SegmentList { get; init; } = [];

    /// <summary>Whether the list has more segments than are shown.</summary>
    public bool? Truncated { get; init; }

    /// <summary>Whether the kernel mapped, or ended the mapping, then; false when the exporter keeps the list of before.</summary>
    public bool? DmaApiCall { get; init; }

    /// <summary>Whether the device gets other addresses than the CPU, without copies.</summary>
    public bool? Translated { get; init; }

    /// <summary>Whether the device gets copies in the bounce pool.</summary>
    public bool? Bounced { get; init; }

    /// <summary>The bytes that are copied, or that were to be copied when the map was refused.</summary>
    public ulong? BouncedBytes { get; init; }

    /// <summary>The slots of 2 KiB that this takes in the pool.</summary>
    public ulong? BouncedSlots { get; init; }

    /// <summary>What the trace tells of the reason of a refusal, one sentence; or what else is to be known.</summary>
    public string? Note { get; init; }

    /// <summary>The report of a step.</summary>
    /// <param name="step">The step.</param>
    /// <param name="hasDmaEvents">Whether the trace has any event of DMA mappings.</param>
    /// <param name="room">How many segments may still be listed.</param>
    internal static TraceStepReport Of(TracedStep step, bool hasDmaEvents, ref int room)
    {
        var list = step is { Op: TraceOp.Map or TraceOp.Attach, Result: 0 } ? step.List : null;
        var bounces = list?.Bounces ?? step.RefusedBounces;
        var isMap = step.Op == TraceOp.Map && step.Result is not null;
        var segments = list is not null && list.Segments.Length <= room ? list.Segments : [];
        room -= segments.Length;
        return new(
            step.Number, step.Line, step.Head.AtNs, JsonNamingPolicy.KebabCaseLower.ConvertName(step.Op.ToString()), step.Buffer?.Name, step.Device,
            step.Result switch { null => null, 0 => Vocabulary.Ok, { } error => ErrnoText.Of(error) })
        {
            Task = step.Head.Task,
            Pid = step.Head.Pid,
            Attachment = step.Attachment?.Number,
            Exporter = step.Exporter,
            SizeBytes = step.Op == TraceOp.Export ? step.SizeBytes : null,
            DynamicImporter = step.IsDynamic,
            Direction = step.Direction is { } direction ? Vocabulary.Directions.WordFor(direction) : null,
            Entries = step.EntryCount ?? (uint?)list?.EntryCount,
            Segments = step.SegmentCount ?? (uint?)list?.SegmentCount,
            LongestSegment = list?.LongestBytes ?? (step is { Op: TraceOp.Map, Result: 0, SegmentCount: 1 } ? step.Buffer?.SizeBytes : null),
            SegmentList = [.. segments.Select(segment => new TraceSegmentReport(segment.Address, segment.LengthBytes))],
            Truncated = list is null ? null : segments.Length < list.SegmentCount,
            DmaApiCall = hasDmaEvents ? step.DmaApiCall : null,
            Translated = list is null ? null : list.IsTranslated && list.Bounces.Count == 0,
            Bounced = isMap && (list is not null || bounces.Count > 0) ? bounces.Count > 0 : null,
            BouncedBytes = bounces.Count > 0 ? bounces.SizeBytes : null,
            BouncedSlots = bounces.Count > 0 ? bounces.Slots : null,
            Note = NoteOf(step, hasDmaEvents),
        };
    }

    private static string? NoteOf(TracedStep step, bool hasDmaEvents) => step switch
    {
        { Op: TraceOp.Map, Result: < 0, RefusedBounces: { Count: > 0 } copies } =>
            $"{Counted.Of((ulong)copies.Count, "entry", "entries")} of {Counted.Of(copies.SizeBytes, "byte")} were to be copied through the bounce pool before it was refused: the pool had no room for the last.",
        { Op: TraceOp.Map, Result: < 0 } when hasDmaEvents =>
            "Nothing was to be copied: the exporter refused, the device does not reach the memory and there is no pool for it, or its IOMMU has no room.",
        { Op: TraceOp.Map, Result: 0, List: { Bounces: { Count: > 0, AreForced: true } } } => "Every list is copied: the kernel was told to (swiotlb=force).",
        { Op: TraceOp.Map, Result: 0, List: { Bounces.Count: > 0 } list } =>
            $"The device does not reach all of the memory (mask 0x{list.Bounces.DmaMask:x}): what it does not reach is copied at each map and sync.",
        { Op: TraceOp.Map, Result: 0, List.HasIommu: false } when step.List is { IsTranslated: true, Bounces.Count: 0 } =>
            "The device gets other addresses and no IOMMU event is before it: a bus that moves addresses, or an IOMMU whose events were not recorded.",
        _ => null,
    };
}

/// <summary>A segment of a list.</summary>
/// <param name="Address">Its first address, as the device sees it.</param>
/// <param name="LengthBytes">Its bytes.</param>
public sealed record TraceSegmentReport(ulong Address, ulong LengthBytes);

/// <summary>Something that is still there at the end of a trace.</summary>
/// <param name="Buffer">The buffer.</param>
/// <param name="SizeBytes">Its size, or null.</param>
/// <param name="Device">The device that is attached; null when the buffer has no attachment, and a descriptor or a driver holds it.</param>
/// <param name="Task">The task that attached, or exported; null when neither is in the trace.</param>
/// <param name="Pid">That task's number.</param>
/// <param name="Line">The line on which the attachment, or the buffer, is first seen.</param>
/// <param name="MapCount">How often the attachment is mapped.</param>
/// <param name="ListKept">Whether a list is still mapped for it, also when it is unmapped: its exporter keeps it until the detach. Null when that is not known.</param>
public sealed record TraceHeldReport(string Buffer, ulong? SizeBytes, string? Device, string? Task, int? Pid, long Line, int MapCount, bool? ListKept)
{
    /// <summary>A buffer that nobody is attached to.</summary>
    internal static TraceHeldReport Of(TracedBuffer buffer) =>
        new(buffer.Name, buffer.SizeBytes, null, buffer.Export?.Head.Task, buffer.Export?.Head.Pid, buffer.Line, 0, null);

    /// <summary>An attachment.</summary>
    internal static TraceHeldReport Of(TracedAttachment attachment) => new(
        attachment.Buffer.Name, attachment.Buffer.SizeBytes, attachment.Device ?? "?", attachment.Task, attachment.Pid, attachment.Line, attachment.MapCount,
        attachment.ListIsKnown && (attachment.MapCount > 0 || attachment.List is not { EntryCount: > TraceHistory.UnmapShownMax }) ? attachment.List is not null : null);
}

/// <summary>What a device's driver mapped, buffers or not.</summary>
/// <param name="Device">The device.</param>
/// <param name="BoardDevice">Its name on the board, or null.</param>
/// <param name="BufferMaps">Maps of buffers.</param>
/// <param name="OtherLists">Lists that are of no buffer, as far as the trace tells: disks, objects of its own.</param>
/// <param name="OtherUnmaps">Such lists that were unmapped.</param>
public sealed record TracedDeviceReport(string Device, string? BoardDevice, long BufferMaps, long OtherLists, long OtherUnmaps)
{
    /// <summary>Single pages that were mapped.</summary>
    public required long PagesMapped { get; init; }

    /// <summary>Single pages that were unmapped.</summary>
    public required long PagesUnmapped { get; init; }

    /// <summary>Allocations by its driver.</summary>
    public required long Allocations { get; init; }

    /// <summary>Of such, those that were freed.</summary>
    public required long Frees { get; init; }

    /// <summary>Bytes copied for mappings of no buffer.</summary>
    public required ulong OtherBouncedBytes { get; init; }

    /// <summary>Its mask, which is told only where something bounces; else null.</summary>
    public required ulong? DmaMask { get; init; }

    /// <summary>The lowest address of its translated lists of buffers; null when there is none.</summary>
    public required ulong? LowestIova { get; init; }

    /// <summary>The last one.</summary>
    public required ulong? HighestIova { get; init; }

    /// <summary>Addresses that it used and its IOMMU has no entry for.</summary>
    public required long Faults { get; init; }

    /// <summary>The report of a device.</summary>
    internal static TracedDeviceReport Of(TracedDevice device, string? onBoard) =>
        new(device.Name, onBoard, device.BufferMaps, device.OtherLists, device.OtherUnmaps)
        {
            PagesMapped = device.PagesMapped,
            PagesUnmapped = device.PagesUnmapped,
            Allocations = device.Allocations,
            Frees = device.Frees,
            OtherBouncedBytes = device.OtherBounces.SizeBytes,
            DmaMask = device.DmaMask,
            LowestIova = device.LowestIova,
            HighestIova = device.LowestIova is null ? null : device.HighestIova,
            Faults = device.Faults,
        };
}

/// <summary>A list that breaks a limit of its device.</summary>
/// <param name="N">The step that mapped it.</param>
/// <param name="Line">That step's line.</param>
/// <param name="Buffer">The buffer.</param>
/// <param name="Device">The device, as the kernel calls it.</param>
/// <param name="Refusal">The limit, what the list has, and what is allowed.</param>
/// <param name="Segment">The first segment that breaks it, from 0; null for the list as a whole.</param>
/// <param name="SegmentCount">How many of the segments shown break it.</param>
public sealed record TraceLimitReport(int N, long Line, string Buffer, string Device, RefusalReport Refusal, int? Segment, int SegmentCount);

/// <summary>A scenario made of a trace.</summary>
/// <param name="File">The file.</param>
/// <param name="BoardFile">The board that it names: a file written beside it, or the one that was given.</param>
/// <param name="Buffers">How many buffers it has.</param>
/// <param name="StepCount">How many steps.</param>
/// <param name="Differences">What it leaves out or plays otherwise than the trace, a sentence each.</param>
public sealed record TraceScenarioReport(string File, string BoardFile, int Buffers, int StepCount, ImmutableArray<string> Differences);
