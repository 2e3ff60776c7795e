using System.Collections.Immutable;
using DmaGrains.Experiments.Files;
using DmaGrains.Experiments.Playing;

namespace DmaGrains.Experiments.Results;

/// <summary>A summary of an experiment's results.</summary>
/// <param name="Experiment">Its name.</param>
/// <param name="Question">The question to answer.</param>
/// <param name="Seed">The seed of its random numbers.</param>
/// <param name="Repetitions">The number of finished repetitions of each case.</param>
/// <param name="Cases">The cases.</param>
/// <param name="Thresholds">The thresholds, and whether they are met.</param>
public sealed record ExperimentReport(
    string Experiment,
    string Question,
    ulong Seed,
    int Repetitions,
    ImmutableArray<CaseReport> Cases,
    ImmutableArray<ThresholdReport> Thresholds)
{
    /// <summary>Whether it was played to its end; otherwise it was broken off, and this summarizes what was played.</summary>
    public bool IsComplete { get; init; } = true;

    /// <summary>The measure by which cases are compared.</summary>
    public string Measure { get; init; } = Deciding.Usual.Measure;

    /// <summary>The comparisons of cases; empty when there is nothing to compare.</summary>
    public ImmutableArray<CaseComparison> Comparisons { get; init; } = [];

    /// <summary>The share that <c>--until</c> says does not matter; null when the number of repetitions was fixed.</summary>
    public double? Until { get; init; }

    /// <summary>The warm-up; null when the run was broken off before it was known.</summary>
    public BoardWarmUp? WarmUp { get; init; }

    /// <summary>Sums results up.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="sums">Its results, complete or not.</param>
    /// <param name="deciding">How cases are compared.</param>
    public static ExperimentReport Of(Experiment experiment, ResultSums sums, Deciding deciding)
    {
        var cases = experiment.Cases.Select(each => CaseReport.Of(each.Case, sums[each.Case.Index], deciding)).ToImmutableArray();
        var repetitions = cases.Min(each => each.Repetitions);
        return new(
            experiment.Name,
            experiment.Question,
            experiment.Seed,
            repetitions,
            cases,
            [.. experiment.Thresholds.Select(threshold => ThresholdReport.Of(threshold, cases))])
        {
            Measure = deciding.Measure,
            Until = deciding.Until,
            Comparisons = repetitions == 0 ? [] : CaseComparison.Of(experiment, sums, deciding, repetitions),
        };
    }
}

/// <summary>A threshold, and whether it is met.</summary>
/// <param name="Threshold">As the file writes it.</param>
/// <param name="IsMet">Whether every case meets it.</param>
/// <param name="NotMetBy">The indexes of the cases that do not.</param>
public sealed record ThresholdReport(string Threshold, bool IsMet, ImmutableArray<int> NotMetBy)
{
    internal static ThresholdReport Of(Threshold threshold, ImmutableArray<CaseReport> cases)
    {
        // A case does not fail because its boards lack a region.
        var failing = cases
            .Where(each => each.Means.TryGetValue(threshold.Measure, out var mean) && !threshold.IsMetBy(mean))
            .Select(each => each.Case.Index)
            .ToImmutableArray();
        return new(threshold.Text, failing.IsEmpty, failing);
    }
}
