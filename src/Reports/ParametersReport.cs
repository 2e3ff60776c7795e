using DmaGrains.Model.Devices;

namespace DmaGrains.Reports;

/// <summary>What a driver declares; 0 is unset.</summary>
/// <param name="MaxSegmentSize">Bytes.</param>
/// <param name="MaxSegmentCount">Segments.</param>
/// <param name="SegmentBoundaryMask">2^k-1.</param>
public sealed record ParametersReport(uint MaxSegmentSize, uint MaxSegmentCount, ulong SegmentBoundaryMask)
{
    /// <summary>Of parameters; null when the driver declares none.</summary>
    public static ParametersReport Of(DeviceDmaParameters? parameters) => parameters is { } set
        ? new(set.MaxSegmentSize, set.MaxSegmentCount, set.SegmentBoundaryMask)
        : new(0, 0, 0);
}
