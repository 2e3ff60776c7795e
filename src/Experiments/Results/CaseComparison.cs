using System.Collections.Immutable;
using DmaGrains.Experiments.Files;
using DmaGrains.Experiments.Statistics;

namespace DmaGrains.Experiments.Results;

/// <summary>What comparing two cases by the deciding measure says.</summary>
/// <param name="First">The first case's index.</param>
/// <param name="Second">The second case's index.</param>
/// <param name="Difference">The mean of second minus first, in the measure's unit; in percentage points for one in percent.</param>
/// <param name="Low">Where the true difference begins to be likely; null when there are too few repetitions to say.</param>
/// <param name="High">Where it ends to be likely; null when there are too few repetitions to say.</param>
/// <param name="Confidence">How often such an interval contains the true difference.</param>
/// <param name="Verdict">What it says.</param>
public sealed record CaseComparison(int First, int Second, double Difference, double? Low, double? High, double Confidence, Verdict Verdict)
{
    /// <summary>Compares the cases of an experiment whose number of repetitions was fixed beforehand.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="repetitions">Of each case the same number.</param>
    /// <param name="measure">The name of the measure that decides.</param>
    /// <returns>One for each pair that differs in the policy alone (see <see cref="CasePairs"/>).</returns>
    public static ImmutableArray<CaseComparison> Of(Experiment experiment, IEnumerable<Repetition> repetitions, string measure)
    {
        var ofCases = repetitions.ToLookup(repetition => repetition.Case);
        var values = experiment.Cases
            .Select(each => ofCases[each.Case.Index].OrderBy(repetition => repetition.Index).Select(repetition => repetition.Measures[measure]).ToArray())
            .ToList();
        return Of(new Comparing(Stopping.UsualConfidence, Looks.Once).Of(values, CasePairs.Of([.. experiment.Cases.Select(each => each.Case)])));
    }

    /// <summary>The comparisons of the last look.</summary>
    public static ImmutableArray<CaseComparison> Of(ImmutableArray<Comparison> comparisons) => [.. comparisons.Select(comparison => new CaseComparison(
        comparison.First,
        comparison.Second,
        comparison.Difference.Mean,
        comparison.Difference.IsKnown ? comparison.Difference.Low : null,
        comparison.Difference.IsKnown ? comparison.Difference.High : null,
        comparison.Difference.Confidence,
        comparison.Verdict))];
}
