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
    /// <summary>Compares the cases of an experiment.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="sums">What came of it.</param>
    /// <param name="deciding">How they are compared.</param>
    /// <param name="repetitions">How many repetitions of each case are compared, the first ones.</param>
    /// <returns>One for each pair that differs in the policy alone (see <see cref="CasePairs"/>).</returns>
    internal static ImmutableArray<CaseComparison> Of(Experiment experiment, ResultSums sums, Deciding deciding, int repetitions)
    {
        var values = experiment.Cases.Select(each => sums[each.Case.Index].ValuesOf(deciding.Measure).Take(repetitions).ToArray()).ToList();
        return [.. deciding.Comparing.Of(values, CasePairs.Of([.. experiment.Cases.Select(each => each.Case)])).Select(Of)];
    }

    private static CaseComparison Of(Comparison comparison) => new(
        comparison.First,
        comparison.Second,
        comparison.Difference.Mean,
        comparison.Difference.IsKnown ? comparison.Difference.Low : null,
        comparison.Difference.IsKnown ? comparison.Difference.High : null,
        comparison.Difference.Confidence,
        comparison.Verdict);
}
