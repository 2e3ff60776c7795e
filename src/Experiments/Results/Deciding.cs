using System.Globalization;
using DmaGrains.Experiments.Statistics;

namespace DmaGrains.Experiments.Results;

/// <summary>How the cases of an experiment are compared, and when it has been played enough.</summary>
/// <param name="Measure">The name of the measure to compare by.</param>
/// <param name="Until">The share that does not matter, as <c>--until</c> says it; null when the number of repetitions is fixed beforehand.</param>
/// <param name="RepetitionsMax">The number of repetitions at which <c>--until</c> gives up; null when the number is fixed beforehand.</param>
public sealed record Deciding(string Measure, double? Until = null, int? RepetitionsMax = null)
{
    /// <summary>By the first of all measures, after the file's own number of repetitions.</summary>
    public static Deciding Usual { get; } = new(ExperimentMeasures.All[0].Name);

    /// <summary>The command-line options for it.</summary>
    internal string Words => string.Create(
        CultureInfo.InvariantCulture,
        $"with --measure {Measure}{(Until is { } share ? $" --until {100 * share}% --repetitions-max {RepetitionsMax}" : string.Empty)}");

    /// <summary>Compares by the measure.</summary>
    internal Comparing Comparing => new(
        Stopping.UsualConfidence,
        Until is null ? Looks.Once : Looks.Often,
        Until is { } share ? Tolerance.For(ExperimentMeasures.Find(Measure)!, share) : null);

    /// <summary>The interval of a mean over repetitions, which is right 19 times in 20.</summary>
    internal Interval IntervalOf(double[] values) => Until is null
        ? StudentInterval.Of(values, Stopping.UsualConfidence)
        : ConfidenceSequence.Of(values, Stopping.UsualConfidence);
}
