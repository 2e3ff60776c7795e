using System.Collections.Immutable;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
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

    /// <summary>The limits that the list of a step breaks, each once with the first segment that breaks it.</summary>
    internal IEnumerable<TraceLimitReport> Broken(TracedStep step)
    {
        if (step is not { Op: TraceOp.Map, Result: 0, List: { } list, Device: { } name, Buffer: { } buffer } || DeviceOf(name) is not { } known)
        {
            return [];
        }

        var device = _devices[known];
        var demand = device.Demand(ParameterDefaults.V61);

        // Behind an IOMMU the windows of the bus translate nothing; copies lie where the bus reaches them.
        var reach = device.IsTranslated || (list.IsTranslated && list.Bounces.Count == 0) ? new DmaReach(device.HighestAddress, default) : device.Reach;
        var violations = SegmentCheck.AllViolations(list.Segments.AsSpan(), demand, reach, arePages: false, known);
        if (list.IsTruncated && SegmentCheck.TooMany(list.SegmentCount, demand, known) is { } tooMany)
        {
            violations = [new(null, tooMany), .. violations.Where(violation => violation.Segment is not null)];
        }

        return violations.GroupBy(violation => violation.Refusal.Field).Select(limit => new TraceLimitReport(
            step.Number, step.Line, buffer.Name, name, RefusalReport.Of(limit.First().Refusal), limit.First().Segment, limit.Count()));
    }
}
