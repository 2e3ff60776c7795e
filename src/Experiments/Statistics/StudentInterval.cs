using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;

namespace DmaGrains.Experiments.Statistics;

/// <summary>
/// Student's t intervals, for a number of repetitions that was fixed beforehand. For repeated looks with optional stopping, use
/// <see cref="ConfidenceSequence"/>.
/// </summary>
public static class StudentInterval
{
    /// <summary>The interval of a mean over repetitions that are independent of each other.</summary>
    /// <param name="values">One value of each repetition. Fewer than two say nothing.</param>
    /// <param name="confidence">Above 0, below 1.</param>
    public static Interval Of(double[] values, double confidence)
    {
        var (mean, deviation) = ArrayStatistics.MeanStandardDeviation(values);
        var count = values.Length;
        return count < 2
            ? Interval.Around(mean, double.PositiveInfinity, confidence, count)
            : Interval.Around(mean, Quantile(count - 1, confidence) * deviation / Math.Sqrt(count), confidence, count);
    }

    /// <summary>The interval of a difference, second minus first, between runs that share no random numbers.</summary>
    /// <param name="first">One value of each repetition of the first run. Fewer than two say nothing.</param>
    /// <param name="second">The same of the second; it may have another number of repetitions.</param>
    /// <param name="confidence">Above 0, below 1.</param>
    /// <remarks>Source: B. L. Welch, "The generalization of Student's problem when several different population variances are involved" (1947).</remarks>
    public static Interval Unpaired(double[] first, double[] second, double confidence)
    {
        var difference = ArrayStatistics.Mean(second) - ArrayStatistics.Mean(first);
        var count = Math.Min(first.Length, second.Length);
        if (count < 2)
        {
            return Interval.Around(difference, double.PositiveInfinity, confidence, count);
        }

        var share1 = ArrayStatistics.Variance(first) / first.Length;
        var share2 = ArrayStatistics.Variance(second) / second.Length;
        var variance = share1 + share2;
        if (variance == 0)
        {
            return Interval.Around(difference, 0, confidence, count);
        }

        var freedom = variance * variance
            / ((share1 * share1 / (first.Length - 1)) + (share2 * share2 / (second.Length - 1)));
        return Interval.Around(difference, Quantile(freedom, confidence) * Math.Sqrt(variance), confidence, count);
    }

    private static double Quantile(double freedom, double confidence) => StudentT.InvCDF(0, 1, freedom, (1 + confidence) / 2);
}
