using System.Collections.Immutable;
using DmaGrains.Experiments.Files;
using HdrHistogram;

namespace DmaGrains.Experiments.Results;

/// <summary>Sums results by case, in a bounded amount of memory.</summary>
/// <param name="experiment">The experiment.</param>
public sealed class ResultSums(Experiment experiment) : IResultSink
{
    /// <summary>The most cases of which memory over time is kept.</summary>
    public const int SampledCasesMax = 8;

    private readonly OfCase[] _cases = [.. experiment.Cases.Select(_ => new OfCase())];
    private readonly List<MemorySample> _samples = [];

    /// <summary>Memory over time on the first board of the first repetition, of the first few cases.</summary>
    public IReadOnlyList<MemorySample> Samples => _samples;

    /// <summary>Whether no repetition is finished.</summary>
    internal bool IsEmpty => _cases.All(each => each.Repetitions.Count == 0);

    /// <summary>The results of a case so far.</summary>
    internal OfCase this[int @case] => _cases[@case];

    /// <inheritdoc/>
    public void Add(Repetition repetition) => _cases[repetition.Case].Repetitions.Add(repetition.Index, repetition);

    /// <inheritdoc/>
    public void Add(RefusalCount refusals)
    {
        var sums = _cases[refusals.Case].Refusals;
        var kind = refusals with { Repetition = 0, Count = 0, OfThemFragmented = 0 };
        var (count, fragmented) = sums.GetValueOrDefault(kind);
        sums[kind] = (count + refusals.Count, fragmented + refusals.OfThemFragmented);
    }

    /// <inheritdoc/>
    public void Add(HazardCount hazards)
    {
        var sums = _cases[hazards.Case].Hazards;
        var kind = hazards with { Repetition = 0, Count = 0 };
        sums[kind] = sums.GetValueOrDefault(kind) + hazards.Count;
    }

    /// <inheritdoc/>
    public void Add(in MemorySample sample)
    {
        if (sample is { Board: 0, Repetition: 0, Case: < SampledCasesMax })
        {
            _samples.Add(sample);
        }
    }

    /// <inheritdoc/>
    public void AddTimesToFirstMap(int @case, int repetition, LongHistogram histogram)
    {
        _cases[@case].TimesToFirstMap = Sum(_cases[@case].TimesToFirstMap, histogram);
    }

    /// <inheritdoc/>
    public void AddLatencies(int @case, int repetition, LongHistogram histogram)
    {
        _cases[@case].Latencies = Sum(_cases[@case].Latencies, histogram);
    }

    private static LongHistogram Sum(LongHistogram? sum, LongHistogram histogram)
    {
        if (sum is null)
        {
            return (LongHistogram)histogram.Copy();
        }

        sum.Add(histogram);
        return sum;
    }

    /// <summary>The results of a case.</summary>
    internal sealed class OfCase
    {
        /// <summary>The repetitions, by index.</summary>
        public SortedDictionary<int, Repetition> Repetitions { get; } = [];

        /// <summary>By kind: the count, and how many of these by fragmentation.</summary>
        public Dictionary<RefusalCount, (ulong Count, ulong Fragmented)> Refusals { get; } = [];

        /// <summary>By kind.</summary>
        public Dictionary<HazardCount, ulong> Hazards { get; } = [];

        /// <summary>Of all repetitions.</summary>
        public LongHistogram? TimesToFirstMap { get; set; }

        /// <summary>Of all repetitions; null in virtual time.</summary>
        public LongHistogram? Latencies { get; set; }

        /// <summary>A measure of each repetition.</summary>
        /// <param name="measure">Its name; each repetition has it.</param>
        public double[] ValuesOf(string measure) => [.. Repetitions.Values.Select(repetition => repetition.Measures[measure])];

        /// <summary>The refusals, most frequent first.</summary>
        public ImmutableArray<RefusalSum> RefusalSums =>
        [
            .. Refusals
                .Select(sum => new RefusalSum(sum.Key.Step, sum.Key.Errno, sum.Key.Field, sum.Key.Importer, sum.Value.Count, sum.Value.Fragmented))
                .OrderByDescending(sum => sum.Count)
                .ThenBy(sum => sum.ToString(), StringComparer.Ordinal),
        ];

        /// <summary>The hazards, most frequent first.</summary>
        public ImmutableArray<HazardSum> HazardSums =>
        [
            .. Hazards.Select(sum => new HazardSum(sum.Key.Kind, sum.Key.Importer, sum.Key.Field, sum.Value))
                .OrderByDescending(sum => sum.Count)
                .ThenBy(sum => sum.ToString(), StringComparer.Ordinal),
        ];
    }
}
