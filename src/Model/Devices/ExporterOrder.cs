using DmaGrains.Model.Constraints;

namespace DmaGrains.Model.Devices;

/// <summary>Which of several devices should export: the most restrictive one (thread #56, #58).</summary>
public static class ExporterOrder
{
    /// <summary>The class of a device.</summary>
    /// <param name="device">The device.</param>
    /// <param name="getters">How its unset parameters are read.</param>
    public static ImporterClass ClassOf(Device device, ParameterDefaults getters)
    {
        var demand = device.Demand(getters);
        return demand.MaxSegmentCount == 1 ? ImporterClass.Contiguous
            : demand.MaxSegmentCount < DeviceDmaParameters.DefaultMaxSegmentCount || demand.SegmentBoundaryMask < uint.MaxValue
                ? ImporterClass.Weird
            : ImporterClass.ScatterGather;
    }

    /// <summary>The most restrictive first: by fewest segments, shortest segments, least reach, and name. Devices that never export come last.</summary>
    /// <param name="devices">Any devices of a board.</param>
    /// <param name="getters">How their unset parameters are read.</param>
    /// <remarks>
    /// A device behind an MMU counts like any other: not every exporter knows of the MMU. The only place that orders exporters.
    /// <c>advise</c> does not: it plays each.
    /// </remarks>
    public static IEnumerable<Device> MostRestrictiveFirst(IEnumerable<Device> devices, ParameterDefaults getters) => devices
        .Select(device => (Device: device, Demand: device.Demand(getters)))
        .OrderBy(candidate => candidate.Device.NeverExports)
        .ThenBy(candidate => candidate.Demand.MaxSegmentCount)
        .ThenBy(candidate => LongestSegment(candidate.Demand))
        .ThenBy(candidate => candidate.Device.Reach.HighestCpuAddress)
        .ThenBy(candidate => candidate.Device.Name, StringComparer.Ordinal)
        .Select(candidate => candidate.Device);

    private static UInt128 LongestSegment(DmaConstraints demand) =>
        UInt128.Min(demand.MaxSegmentSize, demand.BoundaryWindowBytes);
}
