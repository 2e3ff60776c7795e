using DmaGrains.Model.Devices;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Kernel.Conformance;

/// <summary>A <c>check_sg_segment</c> record: one mapped segment against its device, read as 6.1 does.</summary>
internal static class SegmentCheckVector
{
    public static Mismatch? Check(VectorField record)
    {
        var limits = DeviceDmaParameters.Read(ReadParameters(record.Member("dma_parms")), ParameterDefaults.V61);
        var length = record.Member("length").Number32();
        var address = record.Member("dma_address").Number();
        var dmaLength = record.Member("dma_length").Number32();
        var expect = record.Member("expect");
        expect.AllowOnly("longer_than_max", "crosses_boundary");
        var expected = (expect.Member("longer_than_max").Flag(), expect.Member("crosses_boundary").Flag());

        var actual = (
            SegmentCheck.IsLongerThanMax(length, limits.MaxSegmentSize),
            SegmentCheck.CrossesBoundary(address, dmaLength, limits.SegmentBoundaryMask));
        return expected == actual ? null : new(Describe(expected), Describe(actual));
    }

    /// <summary>These records have no segment count; it stays unset and is not checked.</summary>
    private static DeviceDmaParameters? ReadParameters(VectorField parameters) => parameters.IsNull
        ? null
        : new DeviceDmaParameters(
            parameters.Member("max_segment_size").Number32(), 0, parameters.Member("segment_boundary_mask").Number());

    private static string Describe((bool LongerThanMax, bool CrossesBoundary) answer) =>
        $"longer_than_max {Word(answer.LongerThanMax)}, crosses_boundary {Word(answer.CrossesBoundary)}";

    private static string Word(bool flag) => flag ? "true" : "false";
}
