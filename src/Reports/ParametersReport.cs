using DmaGrains.Model.Devices;

namespace DmaGrains.Reports;

/// <summary>The parameters that a driver declares; 0 means unset.</summary>
/// <param name="MaxSegmentSize">Bytes.</param>
/// <param name="MaxSegmentCount">Segments.</param>
/// <param name="SegmentBoundaryMask">2^k-1.</param>
public sealed record ParametersReport(uint MaxSegmentSize, uint MaxSegmentCount, ulong SegmentBoundaryMask)
{
    /// <summary>The report of parameters; null when the driver declares none.</summary>
    public static ParametersReport Of(DeviceDmaParameters? parameters) => parameters is { } set
        ? new(set.MaxSegmentSize, set.MaxSegmentCount, set.SegmentBoundaryMask)
        : new(0, 0, 0);
}
