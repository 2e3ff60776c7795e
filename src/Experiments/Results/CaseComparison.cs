using System.Collections.Immutable;
using DmaGrains.Experiments.Files;
using DmaGrains.Experiments.Statistics;

namespace DmaGrains.Experiments.Results;

/// <summary>The comparison of two cases by the deciding measure.</summary>
/// <param name="First">The first case's index.</param>
/// <param name="Second">The second case's index.</param>
/// <param name="Difference">The mean of second minus first, in the measure's unit; in percentage points for one in percent.</param>
/// <param name="Low">The lower end of the interval of the true difference; null with too few repetitions.</param>
/// <param name="High">The upper end; null with too few repetitions.</param>
/// <param name="Confidence">How often such an interval contains the true difference.</param>
/// <param name="Verdict">The verdict.</param>
public sealed record CaseComparison(int First, int Second, double Difference, double? Low, double? High, double Confidence, Verdict Verdict)
{
    /// <summary>Compares the cases of an experiment.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="sums">Its results.</param>
    /// <param name="deciding">How they are compared.</param>
    /// <param name="repetitions">The number of repetitions of each case to compare, from the first.</param>
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
