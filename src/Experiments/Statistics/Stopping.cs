namespace DmaGrains.Experiments.Statistics;

/// <summary>When <c>--until</c> has played enough: each pair differs, or is shown to differ by less than the tolerance.</summary>
/// <param name="Tolerance">The largest difference that does not matter.</param>
/// <param name="RepetitionsMax">Where it gives up, at least 1.</param>
/// <param name="Confidence">That no verdict is false, however often it was looked: above 0, below 1.</param>
public sealed record Stopping(Tolerance Tolerance, int RepetitionsMax, double Confidence = Stopping.UsualConfidence)
{
    /// <summary>The confidence of experiments: at most one false verdict in twenty.</summary>
    public const double UsualConfidence = 0.95;

    /// <summary>Looks at the repetitions so far.</summary>
    /// <param name="values">For each case its values, one of each repetition; the same number for all cases.</param>
    /// <param name="pairs">Which cases to compare, by index into <paramref name="values"/>.</param>
    public Look At(IReadOnlyList<double[]> values, IReadOnlyList<(int First, int Second)> pairs)
    {
        var comparisons = new Comparing(Confidence, Looks.Often, Tolerance).Of(values, pairs);
        var repetitions = values.Count == 0 ? 0 : values[0].Length;
        return new(comparisons, comparisons.All(comparison => comparison.IsDecided) || repetitions >= RepetitionsMax);
    }
}
