namespace DmaGrains.Experiments.Statistics;

/// <summary>How much of the start of a run to leave out, because it depends on how the run began.</summary>
/// <param name="Cut">How many observations to leave out, a multiple of 5.</param>
/// <param name="HasSettled">Whether the rest looks steady; false when the series is too short, or goes on changing until its middle.</param>
public readonly record struct WarmUp(int Cut, bool HasSettled)
{
    private const int BatchSize = 5;

    /// <summary>Fewer batches say nothing about where a series becomes steady.</summary>
    private const int BatchesMin = 10;

    /// <summary>
    /// Finds the cut in the mean of several pilot runs, observation by observation. Pilots are not measured: a run that is cut where its own values
    /// look best loses its large values more often than its small ones, and its mean is too low.
    /// </summary>
    /// <param name="pilots">Runs of their own, at least one, observed at the same times; what the shortest lacks is left out.</param>
    public static WarmUp Find(IReadOnlyList<double[]> pilots)
    {
        var means = new double[pilots.Min(pilot => pilot.Length)];
        for (var index = 0; index < means.Length; index++)
        {
            means[index] = pilots.Average(pilot => pilot[index]);
        }

        return Find(means);
    }

    /// <summary>
    /// Finds the cut by MSER-5: of all cuts in the first half, the one after which the mean of what is left has the smallest standard error, over
    /// means of 5 observations each.
    /// </summary>
    /// <param name="observations">Equally spaced in time.</param>
    /// <remarks>
    /// Source: K. P. White, M. J. Cobb and S. C. Spratt, "A comparison of five steady-state truncation heuristics for simulation" (WSC
    /// 2000).
    /// </remarks>
    public static WarmUp Find(ReadOnlySpan<double> observations)
    {
        var count = observations.Length / BatchSize;
        if (count < BatchesMin)
        {
            return new(0, HasSettled: false);
        }

        var means = new double[count];
        for (var batch = 0; batch < count; batch++)
        {
            var sum = 0.0;
            foreach (var observation in observations.Slice(batch * BatchSize, BatchSize))
            {
                sum += observation;
            }

            means[batch] = sum / BatchSize;
        }

        var best = BestCut(means);
        return new(best * BatchSize, HasSettled: best < count / 2);
    }

    // Goes from the end to the start, so that mean and squared deviations grow by one batch at a time (Welford).
    private static int BestCut(ReadOnlySpan<double> means)
    {
        var (mean, squares) = (0.0, 0.0);
        var (best, least) = (0, double.PositiveInfinity);
        for (var cut = means.Length - 1; cut >= 0; cut--)
        {
            var count = means.Length - cut;
            var from = means[cut] - mean;
            mean += from / count;
            squares += from * (means[cut] - mean);
            var error = squares / ((double)count * count);
            if (cut <= means.Length / 2 && error <= least)
            {
                (best, least) = (cut, error);
            }
        }

        return best;
    }
}
