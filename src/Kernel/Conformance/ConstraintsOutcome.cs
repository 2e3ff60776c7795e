using DmaGrains.Model.Constraints;

namespace DmaGrains.Kernel.Conformance;

/// <summary>The result of one step, and the buffer's constraints after it.</summary>
/// <param name="Result">One of the names below.</param>
/// <param name="Running">The buffer's constraints after the step.</param>
/// <param name="Recalculated">What a recalculation gave; null when it failed, and for every other step.</param>
internal sealed record ConstraintsOutcome(string Result, DmaConstraints Running, DmaConstraints? Recalculated = null)
{
    public const string Ok = "ok";

    /// <summary>Some field became 0; nothing changed.</summary>
    public const string NoCommon = "EINVAL";

    /// <summary>The exporter refused.</summary>
    public const string ExporterRefused = "EBUSY";

    /// <summary>The detach happened, the recalculation failed, the old constraints stay.</summary>
    public const string OkRecalculationFailed = "ok-recalc-EINVAL";

    private static readonly string[] _results = [Ok, NoCommon, ExporterRefused, OkRecalculationFailed];

    /// <summary>Reads <c>[result, size, count, mask]</c>; for a recalculation, a triple or null follows.</summary>
    public static ConstraintsOutcome Read(VectorField field, ConstraintsOp op)
    {
        var length = op is ConstraintsOp.Recalculate ? 5 : 4;
        var parts = field.Items(length, length);
        var result = parts[0].Text();
        if (!_results.Contains(result))
        {
            throw parts[0].Unexpected(string.Join(", ", _results));
        }

        var failed = length == 4 || parts[4].IsNull;
        return new(result, ReadTriple(parts[1..4]), failed ? null : ReadTriple(parts[4].Items(3, 3)));
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var recalculated = Recalculated is { } triple ? $",[{Describe(triple)}]" : "";
        return $"[{Result},{Describe(Running)}{recalculated}]";
    }

    private static DmaConstraints ReadTriple(VectorField[] triple) =>
        new(triple[0].Number32(), triple[1].Number32(), triple[2].Number());

    private static string Describe(DmaConstraints triple) =>
        $"{triple.MaxSegmentSize},{triple.MaxSegmentCount},{triple.SegmentBoundaryMask}";
}
