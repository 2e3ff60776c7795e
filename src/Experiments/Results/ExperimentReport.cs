using System.Collections.Immutable;
using DmaGrains.Experiments.Files;
using DmaGrains.Experiments.Playing;

namespace DmaGrains.Experiments.Results;

/// <summary>What came of an experiment, in short.</summary>
/// <param name="Experiment">Its name.</param>
/// <param name="Question">What it is to answer.</param>
/// <param name="Seed">What its random numbers come from.</param>
/// <param name="Repetitions">How often each case was repeated.</param>
/// <param name="Cases">The cases.</param>
/// <param name="Thresholds">What must hold, and whether it does.</param>
public sealed record ExperimentReport(
    string Experiment,
    string Question,
    ulong Seed,
    int Repetitions,
    ImmutableArray<CaseReport> Cases,
    ImmutableArray<ThresholdReport> Thresholds)
{
    /// <summary>The measure that cases are compared by.</summary>
    public string Measure { get; init; } = ExperimentMeasures.All[0].Name;

    /// <summary>What comparing the cases says; empty when there is nothing to compare.</summary>
    public ImmutableArray<CaseComparison> Comparisons { get; init; } = [];

    /// <summary>The share that <c>--until</c> says does not matter; null when the number of repetitions was fixed.</summary>
    public double? Until { get; init; }

    /// <summary>What does not count at the start of each repetition.</summary>
    public BoardWarmUp? WarmUp { get; init; }

    /// <summary>Sums repetitions up.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="repetitions">Of each case the same number, at least one.</param>
    public static ExperimentReport Of(Experiment experiment, IReadOnlyCollection<Repetition> repetitions)
    {
        var cases = experiment.Cases
            .Select(each => CaseReport.Of(each.Case, [.. repetitions.Where(repetition => repetition.Case == each.Case.Index)]))
            .ToImmutableArray();
        return new(
            experiment.Name,
            experiment.Question,
            experiment.Seed,
            repetitions.Count / experiment.Cases.Length,
            cases,
            [.. experiment.Thresholds.Select(threshold => ThresholdReport.Of(threshold, cases))]);
    }
}

/// <summary>What came of a case.</summary>
/// <param name="Case">The case.</param>
/// <param name="Commands">Commands of all repetitions, warm-up included.</param>
/// <param name="Means">Each measure, averaged over repetitions.</param>
public sealed record CaseReport(Case Case, ulong Commands, ImmutableSortedDictionary<string, double> Means)
{
    internal static CaseReport Of(Case @case, ImmutableArray<Repetition> repetitions) => new(
        @case,
        repetitions.Aggregate(0UL, (sum, repetition) => sum + repetition.Commands),
        repetitions[0].Measures.Keys.ToImmutableSortedDictionary(
            name => name, name => repetitions.Average(repetition => repetition.Measures[name]), StringComparer.Ordinal));
}

/// <summary>A threshold, and whether it is met.</summary>
/// <param name="Threshold">As the file writes it.</param>
/// <param name="IsMet">Whether every case meets it.</param>
/// <param name="NotMetBy">The indexes of the cases that do not.</param>
public sealed record ThresholdReport(string Threshold, bool IsMet, ImmutableArray<int> NotMetBy)
{
    internal static ThresholdReport Of(Threshold threshold, ImmutableArray<CaseReport> cases)
    {
        // A region that no board of a case has is no reason to fail it.
        var failing = cases
            .Where(each => each.Means.TryGetValue(threshold.Measure, out var mean) && !threshold.IsMetBy(mean))
            .Select(each => each.Case.Index)
            .ToImmutableArray();
        return new(threshold.Text, failing.IsEmpty, failing);
    }
}
