using System.Collections.Immutable;

namespace DmaGrains.Experiments.Statistics;

/// <summary>
/// Compares pairs of cases by one measure. The chance that any of its verdicts is false is at most 1 minus the confidence: it is shared out
/// evenly (Bonferroni), so that each interval and its verdict say the same.
/// </summary>
/// <param name="Confidence">That no verdict is false: above 0, below 1; usually 0.95.</param>
/// <param name="Looks">Whether the number of repetitions was fixed beforehand.</param>
/// <param name="Tolerance">The largest difference that does not matter; null when every difference does.</param>
public sealed record Comparing(double Confidence, Looks Looks, Tolerance? Tolerance = null)
{
    /// <summary>The comparisons, in the order of the pairs.</summary>
    /// <param name="values">For each case its values, one of each repetition; the same number for all cases.</param>
    /// <param name="pairs">Which cases to compare, by index into <paramref name="values"/>.</param>
    /// <exception cref="ArgumentException">Cases of a pair have different numbers of repetitions.</exception>
    public ImmutableArray<Comparison> Of(IReadOnlyList<double[]> values, IReadOnlyList<(int First, int Second)> pairs)
    {
        var each = 1 - ((1 - Confidence) / Math.Max(1, pairs.Count));
        return [.. pairs.Select(pair => Compare(pair.First, pair.Second, values[pair.First], values[pair.Second], each))];
    }

    private Comparison Compare(int firstCase, int secondCase, double[] first, double[] second, double confidence)
    {
        if (first.Length != second.Length)
        {
            throw new ArgumentException($"case {firstCase} has {first.Length} repetitions and case {secondCase} has {second.Length}: they are compared in pairs");
        }

        var differences = new double[first.Length];
        for (var index = 0; index < first.Length; index++)
        {
            differences[index] = second[index] - first[index];
        }

        var difference = IntervalOf(differences, confidence);
        return new(firstCase, secondCase, difference, Judge(first, second, difference));
    }

    private Verdict Judge(double[] first, double[] second, Interval difference)
    {
        if (difference.High < 0)
        {
            return Verdict.Lower;
        }

        if (difference.Low > 0)
        {
            return Verdict.Higher;
        }

        // Equal in every repetition: nothing that the two do differently touches this measure.
        var isEqual = difference is { IsKnown: true, Low: 0, High: 0 };
        return Tolerance is { } tolerance && (isEqual || tolerance.Holds(first, second, values => IntervalOf(values, difference.Confidence)))
            ? Verdict.WithinTolerance
            : Verdict.WithinNoise;
    }

    private Interval IntervalOf(double[] values, double confidence) => Looks switch
    {
        Looks.Once => StudentInterval.Of(values, confidence),
        Looks.Often => ConfidenceSequence.Of(values, confidence),
        _ => throw new InvalidOperationException($"Looks has no value {Looks}."),
    };
}
