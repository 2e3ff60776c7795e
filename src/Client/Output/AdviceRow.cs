using System.Globalization;
using DmaGrains.Analysis.Advising;

namespace DmaGrains.Client.Output;

/// <summary>A row of advice: one way to export, or heaps of several zones with the same outcome.</summary>
/// <param name="ways">The ways; at least one.</param>
internal sealed class AdviceRow(IReadOnlyList<CandidateReport> ways)
{
    private const int NamedMost = 3;

    /// <summary>The first one, which stands for all.</summary>
    public CandidateReport First => ways[0];

    /// <summary>Who exports.</summary>
    public string Name => ways.Count == 1
        ? AdviceWords.ExporterOf(First.Exporter, First.Allocates, First.Memory)
        : $"a heap of {OneOf([.. ways.Select(way => way.Memory[0])])}";

    /// <summary>Where the pages come from.</summary>
    public string Memory => First.Regions.IsEmpty ? "-" : ways.Count == 1 ? string.Join(", ", First.Regions) : "that zone";

    /// <summary>The rows: adjacent heaps of one region each with the same outcome share a row.</summary>
    public static IReadOnlyList<AdviceRow> Of(IEnumerable<CandidateReport> candidates)
    {
        var rows = new List<List<CandidateReport>>();
        foreach (var candidate in candidates)
        {
            if (rows.Count != 0 && ComesToTheSame(rows[^1][0], candidate))
            {
                rows[^1].Add(candidate);
            }
            else
            {
                rows.Add([candidate]);
            }
        }

        return [.. rows.Select(row => new AdviceRow(row))];
    }

    private static bool ComesToTheSame(CandidateReport one, CandidateReport other) =>
        one is { Allocates: AllocatesFor.ForNobody, Memory.Length: 1 } && other is { Allocates: AllocatesFor.ForNobody, Memory.Length: 1 }
        && (one.Verdict, one.ContiguousBytes, one.Costs) == (other.Verdict, other.ContiguousBytes, other.Costs)
        && one.Segments.SequenceEqual(other.Segments)
        && one.Refused.Select(refused => (refused.Importer, refused.Operation, refused.Refusal.Errno, refused.Refusal.Field))
            .SequenceEqual(other.Refused.Select(refused => (refused.Importer, refused.Operation, refused.Refusal.Errno, refused.Refusal.Field)))
        && one.Hazards.Select(hazard => (hazard.Kind, hazard.Importer)).SequenceEqual(other.Hazards.Select(hazard => (hazard.Kind, hazard.Importer)))
        && (one.Orders.OrderCount, one.Orders.WorkingCount) == (other.Orders.OrderCount, other.Orders.WorkingCount);

    private static string OneOf(string[] names) => names.Length <= NamedMost
        ? string.Join(" or ", names)
        : string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", names[..(NamedMost - 1)])} or {names.Length - NamedMost + 1} others");
}
