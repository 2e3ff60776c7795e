using DmaGrains.Model.Buffers;

namespace DmaGrains.Reports;

/// <summary>The union that the importers' present parameters give, beside the running one.</summary>
/// <param name="Union">What they give now.</param>
/// <param name="Differs">Whether the running union is another.</param>
/// <param name="ChangedImporter">The first device that asks for something else than when it attached; null when none does.</param>
public sealed record RecalculatedReport(UnionReport Union, bool Differs, string? ChangedImporter)
{
    /// <summary>Of a recalculated union.</summary>
    public static RecalculatedReport Of(RecalculatedUnion union) =>
        new(UnionReport.Of(union.Recalculated), union.Differs, union.ChangedImporter);
}
