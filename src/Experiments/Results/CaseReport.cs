using System.Collections.Immutable;
using HdrHistogram;

namespace DmaGrains.Experiments.Results;

/// <summary>The results of a case.</summary>
/// <param name="Case">The case.</param>
/// <param name="Commands">Commands of all repetitions, warm-up included.</param>
/// <param name="Means">Each measure, averaged over repetitions; empty before the first is finished.</param>
public sealed record CaseReport(Case Case, ulong Commands, ImmutableSortedDictionary<string, double> Means)
{
    /// <summary>The number of finished repetitions.</summary>
    public int Repetitions { get; init; }

    /// <summary>The interval of each measure's true mean, except for measures with too few repetitions.</summary>
    public ImmutableSortedDictionary<string, MeanInterval> Intervals { get; init; } = ImmutableSortedDictionary<string, MeanInterval>.Empty;

    /// <summary>How long buffers waited for their first granted map; null when none was mapped.</summary>
    public TimePercentiles? TimesToFirstMap { get; init; }

    /// <summary>How long replies took on grains, from when the command was due; null in virtual time.</summary>
    public TimePercentiles? Latencies { get; init; }

    /// <summary>Why steps were refused, the most frequent first.</summary>
    public ImmutableArray<RefusalSum> Refusals { get; init; } = [];

    /// <summary>What went wrong silently, the most frequent first.</summary>
    public ImmutableArray<HazardSum> Hazards { get; init; } = [];

    /// <summary>Sums a case up.</summary>
    internal static CaseReport Of(Case @case, ResultSums.OfCase sums, Deciding deciding)
    {
        var names = sums.Repetitions.Values.FirstOrDefault()?.Measures.Keys ?? [];
        var intervals = names.Select(name => (Name: name, Interval: deciding.IntervalOf(sums.ValuesOf(name)))).ToList();
        return new(
            @case,
            sums.Repetitions.Values.Aggregate(0UL, (sum, repetition) => sum + repetition.Commands),
            intervals.ToImmutableSortedDictionary(each => each.Name, each => each.Interval.Mean, StringComparer.Ordinal))
        {
            Repetitions = sums.Repetitions.Count,
            Intervals = intervals.Where(each => each.Interval.IsKnown)
                .ToImmutableSortedDictionary(each => each.Name, each => new MeanInterval(each.Interval.Low, each.Interval.High), StringComparer.Ordinal),
            TimesToFirstMap = TimePercentiles.Of(sums.TimesToFirstMap),
            Latencies = TimePercentiles.Of(sums.Latencies),
            Refusals = sums.RefusalSums,
            Hazards = sums.HazardSums,
        };
    }
}

/// <summary>Where the true mean of a measure lies, 19 times in 20.</summary>
/// <param name="Low">The lower end, in the measure's unit.</param>
/// <param name="High">The upper end.</param>
public sealed record MeanInterval(double Low, double High);

/// <summary>How often a step was refused for one reason, in all repetitions of a case.</summary>
/// <param name="Step">The step: export, attach, map and so on.</param>
/// <param name="Errno">The code, as the kernel spells it.</param>
/// <param name="Field">The parameter or argument that failed; empty for none.</param>
/// <param name="Importer">The device at fault; empty for none.</param>
/// <param name="Count">How often.</param>
/// <param name="OfThemFragmented">How many of these failed only because of fragmentation.</param>
public sealed record RefusalSum(string Step, string Errno, string Field, string Importer, ulong Count, ulong OfThemFragmented);

/// <summary>How often something went wrong silently, in all repetitions of a case.</summary>
/// <param name="Kind">The kind of hazard.</param>
/// <param name="Importer">The device that it happened to.</param>
/// <param name="Field">The limit that it is about.</param>
/// <param name="Count">How often.</param>
public sealed record HazardSum(string Kind, string Importer, string Field, ulong Count);

/// <summary>How long something took in all repetitions of a case, to about one percent.</summary>
/// <param name="Count">How often it happened.</param>
/// <param name="Percentiles">The percentiles.</param>
/// <param name="MaxNanoseconds">The longest time.</param>
public sealed record TimePercentiles(long Count, ImmutableArray<Percentile> Percentiles, long MaxNanoseconds)
{
    private static readonly double[] _percents = [50, 75, 90, 95, 99, 99.9, 99.99];

    internal static TimePercentiles? Of(LongHistogram? times) => times is { TotalCount: > 0 }
        ? new(
            times.TotalCount,
            [.. _percents.Select(percent => new Percentile(percent, times.GetValueAtPercentile(percent)))],
            times.GetMaxValue())
        : null;
}

/// <summary>A time that a share of all times does not exceed.</summary>
/// <param name="Percent">The share, 0 to 100.</param>
/// <param name="Nanoseconds">The time.</param>
public sealed record Percentile(double Percent, long Nanoseconds);
