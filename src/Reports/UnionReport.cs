using System.Text.Json;
using System.Text.Json.Serialization;
using DmaGrains.Model.Constraints;

namespace DmaGrains.Reports;

/// <summary>A union, in the words of the kernel's fields.</summary>
/// <param name="MaxSegmentSize">Bytes; 4294967295 means no limit.</param>
/// <param name="MaxSegmentCount">Segments; 4294967295 before any attach.</param>
/// <param name="SegmentBoundaryMask">18446744073709551615 means no boundary.</param>
public sealed record UnionReport(uint MaxSegmentSize, uint MaxSegmentCount, ulong SegmentBoundaryMask)
{
    /// <summary>The stated further limits by their names in board files; null, and not written, without any.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Limits { get; init; }

    /// <summary>The same limits in words, each after a comma.</summary>
    [JsonIgnore]
    public string LimitsText { get; init; } = string.Empty;

    /// <summary>The report of a union.</summary>
    public static UnionReport Of(DmaConstraints constraints) =>
        new(constraints.MaxSegmentSize, constraints.MaxSegmentCount, constraints.SegmentBoundaryMask)
        {
            Limits = LimitsReport.Of(constraints.Limits),
            LimitsText = constraints.Limits.ToString(),
        };
}
