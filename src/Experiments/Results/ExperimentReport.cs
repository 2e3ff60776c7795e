using System.Collections.Immutable;
using DmaGrains.Experiments.Files;
using DmaGrains.Experiments.Playing;

namespace DmaGrains.Experiments.Results;

/// <summary>What came of an experiment, in short.</summary>
/// <param name="Experiment">Its name.</param>
/// <param name="Question">What it is to answer.</param>
/// <param name="Seed">What its random numbers come from.</param>
/// <param name="Repetitions">How many repetitions of each case have come to their end.</param>
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
    /// <summary>Whether it was played to its end; otherwise it was broken off, and this is what there was.</summary>
    public bool IsComplete { get; init; } = true;

    /// <summary>The measure that cases are compared by.</summary>
    public string Measure { get; init; } = Deciding.Usual.Measure;

    /// <summary>What comparing the cases says; empty when there is nothing to compare.</summary>
    public ImmutableArray<CaseComparison> Comparisons { get; init; } = [];

    /// <summary>The share that <c>--until</c> says does not matter; null when the number of repetitions was fixed.</summary>
    public double? Until { get; init; }

    /// <summary>What does not count at the start of each repetition; null when it was broken off before that was found out.</summary>
    public BoardWarmUp? WarmUp { get; init; }

    /// <summary>Sums results up.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="sums">What came of it, be it broken off.</param>
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
        // A region that no board of a case has is no reason to fail it.
        var failing = cases
            .Where(each => each.Means.TryGetValue(threshold.Measure, out var mean) && !threshold.IsMetBy(mean))
            .Select(each => each.Case.Index)
            .ToImmutableArray();
        return new(threshold.Text, failing.IsEmpty, failing);
    }
}
