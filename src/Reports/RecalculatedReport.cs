using DmaGrains.Model.Buffers;

namespace DmaGrains.Reports;

/// <summary>The union of the importers' present parameters, compared with the running one.</summary>
/// <param name="Union">The union of the present parameters.</param>
/// <param name="Differs">Whether it differs from the running union.</param>
/// <param name="ChangedImporter">The first device whose demand changed since it attached; null for none.</param>
public sealed record RecalculatedReport(UnionReport Union, bool Differs, string? ChangedImporter)
{
    /// <summary>The report of a recalculated union.</summary>
    public static RecalculatedReport Of(RecalculatedUnion union) =>
        new(UnionReport.Of(union.Recalculated), union.Differs, union.ChangedImporter);
}
