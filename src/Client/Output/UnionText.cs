using DmaGrains.Model;
using DmaGrains.Model.Constraints;
using DmaGrains.Reports;

namespace DmaGrains.Client.Output;

/// <summary>Writes a union in one line.</summary>
internal static class UnionText
{
    /// <summary>For example <c>1 segment, any size, no boundary</c>.</summary>
    public static string Of(UnionReport? union)
    {
        if (union is null)
        {
            return string.Empty;
        }

        var count = union.MaxSegmentCount switch
        {
            >= int.MaxValue => "any count",
            var few => Counted.Of(few, "segment"),
        };
        var size = union.MaxSegmentSize == uint.MaxValue ? "any size" : $"{Counted.Of(union.MaxSegmentSize, "byte")} each";
        var mask = union.SegmentBoundaryMask == ulong.MaxValue
            ? "no boundary"
            : $"boundary mask 0x{union.SegmentBoundaryMask:x}";
        return $"{count}, {size}, {mask}{union.LimitsText}";
    }

    /// <summary>The line of a union in the model.</summary>
    public static string Of(DmaConstraints constraints) => Of(UnionReport.Of(constraints));
}
