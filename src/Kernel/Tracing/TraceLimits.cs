using System.Collections.Immutable;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Reports;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Kernel.Tracing;

/// <summary>The limits of a board's devices, against which the lists of a trace are held.</summary>
/// <param name="board">The board.</param>
/// <param name="renamed">The board's names of devices by the kernel's names, where they differ.</param>
public sealed class TraceLimits(BoardDefinition board, ImmutableDictionary<string, string> renamed)
{
    private readonly Dictionary<string, Device> _devices = board.Devices.ToDictionary(device => device.Name);

    /// <summary>The board.</summary>
    public BoardDefinition Board { get; } = board;

    /// <summary>The board's name for a device of the kernel; null when it has none.</summary>
    public string? DeviceOf(string device)
    {
        var name = renamed.GetValueOrDefault(device) ?? KernelName.ToModel(device);
        return _devices.ContainsKey(name) ? name : null;
    }

    /// <summary>Why nothing can be held against the board; null when it has one of the devices, or when there is none.</summary>
    internal string? Misses(IReadOnlyList<string> devices) => devices.Count == 0 || devices.Any(device => DeviceOf(device) is not null)
        ? null
        : $"{Board.Name} has none of the devices that map ({string.Join(", ", devices.Take(8).Select(device => Quoted.Text(HarmlessText.Short(device, Quoted.LengthMax))))}): --device gives its names for them.";

    /// <summary>The limits that the list of a step breaks, each once with the first segment that breaks it; without the list, those that its length alone breaks.</summary>
    internal IEnumerable<TraceLimitReport> Broken(TracedStep step)
    {
        if (step is not { Op: TraceOp.Map, Result: 0, Device: { } name, Buffer: { } buffer } || DeviceOf(name) is not { } known)
        {
            return [];
        }

        var device = _devices[known];
        var assumed = device.Parameters is null or { MaxSegmentSize: 0 } ? UnstatedLimits.MaxSegmentSize : UnstatedLimits.None;
        var violations = (step.List is { } list ? BrokenBy(list, device, buffer) : BrokenByCount(step, device, buffer)).Select(violation =>
            violation.Refusal.Field == nameof(DmaConstraints.MaxSegmentSize)
                ? violation with { Refusal = violation.Refusal with { Unstated = assumed } }
                : violation);
        return violations.GroupBy(violation => violation.Refusal.Field).Select(limit => new TraceLimitReport(
            step.Number, step.Line, buffer.Name, name, RefusalReport.Of(limit.First().Refusal), limit.First().Segment, limit.Count()));
    }

    /// <summary>
    /// What a running kernel holds a list against: also for a device that takes one contiguous run, the size that it assumes where none is stated
    /// (kernel/dma/debug.c, check_sg_segment), which exporters of the model leave out for it.
    /// </summary>
    private static DmaConstraints DemandOf(Device device) => device.Demand(ParameterDefaults.V61) with
    {
        MaxSegmentSize = DeviceDmaParameters.Read(device.Parameters, ParameterDefaults.V61).MaxSegmentSize,
    };

    private static ImmutableArray<SegmentViolation> BrokenBy(TracedList list, Device device, TracedBuffer buffer)
    {
        var demand = DemandOf(device);
        var listed = list.Segments.Aggregate(0UL, (sum, segment) => sum + segment.LengthBytes);
        var takes = device.RequiresContiguous ? ContiguousRun.Judging(demand, buffer.SizeBytes ?? listed, list.Segments) : demand;

        // Behind an IOMMU the windows of the bus translate nothing; copies lie where the bus reaches them.
        var reach = device.IsTranslated || (list.IsTranslated && list.Bounces.Count == 0) ? new DmaReach(device.HighestAddress, default) : device.Reach;
        var violations = SegmentCheck.AllViolations(list.Segments.AsSpan(), takes, reach, arePages: false, device.Name);
        return list.IsTruncated && SegmentCheck.TooMany(list.SegmentCount, takes, device.Name) is { } tooMany
            ? [new(null, tooMany), .. violations.Where(violation => violation.Segment is not null)]
            : violations;
    }

    /// <summary>What the number of segments alone tells: that there are too many, or that one of them has to be too long.</summary>
    private static ImmutableArray<SegmentViolation> BrokenByCount(TracedStep step, Device device, TracedBuffer buffer)
    {
        if (step.SegmentCount is null or 0 or > int.MaxValue)
        {
            return [];
        }

        var count = step.SegmentCount.Value;

        var demand = DemandOf(device);
        var violations = ImmutableArray.CreateBuilder<SegmentViolation>();
        if (SegmentCheck.TooMany((int)count, demand, device.Name) is { } tooMany)
        {
            violations.Add(new(null, tooMany));
        }

        if (buffer.SizeBytes is { } size and > 0 && ((size - 1) / count) + 1 is var least && SegmentCheck.IsLongerThanMax(least, demand.MaxSegmentSize))
        {
            violations.Add(new(null, new(
                Errno.EBUSY, device.Name, nameof(DmaConstraints.MaxSegmentSize), least, demand.MaxSegmentSize,
                $"{device.Name} takes segments of at most {demand.MaxSegmentSize} bytes; of {Counted.Of(count, "segment")} over {size} bytes the longest has at least {least}.")));
        }

        return violations.ToImmutable();
    }
}
