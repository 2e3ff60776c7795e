using MathNet.Numerics.Statistics;

namespace DmaGrains.Experiments.Statistics;

/// <summary>
/// Intervals that hold simultaneously: with the given confidence, the true mean is in all of them, after every repetition. So one may look
/// after each repetition and stop when the answer is clear, without raising the chance of a false answer.
/// </summary>
/// <remarks>
/// The sequential t-test with a normal mixture over the effect size, for means that are about normal and of unknown variance. Source: H. Wang and
/// A. Ramdas, "Anytime-valid t-tests and confidence sequences for Gaussian means with unknown variance" (arXiv 2310.03722), theorem 4.9; the idea
/// is that of Lai, "On confidence sequences" (1976). The price of looking is width: 3.6 standard errors where a fixed number needs 2.
/// </remarks>
public static class ConfidenceSequence
{
    /// <summary>
    /// How many repetitions the mixture's own width is worth: true means of about 1 / sqrt(this) = 2 standard deviations are found soonest. More
    /// makes long runs a little narrower, and says nothing for longer at the start.
    /// </summary>
    private const double MixturePrecision = 0.25;

    /// <summary>The interval after so many repetitions.</summary>
    /// <param name="values">One value of each repetition so far. Fewer than 4 (more with a higher confidence) say nothing.</param>
    /// <param name="confidence">That all intervals contain the true mean: above 0, below 1.</param>
    public static Interval Of(double[] values, double confidence)
    {
        var (mean, deviation) = ArrayStatistics.MeanStandardDeviation(values);
        var errors = StandardErrors(values.Length, confidence);
        return Interval.Around(mean, double.IsFinite(errors) ? errors * deviation / Math.Sqrt(values.Length) : errors, confidence, values.Length);
    }

    /// <summary>Half the width after so many repetitions, in standard errors of the mean; infinity as long as nothing can be said.</summary>
    /// <param name="count">The number of repetitions so far.</param>
    /// <param name="confidence">That all intervals contain the true mean: above 0, below 1.</param>
    public static double StandardErrors(int count, double confidence)
    {
        if (count < 2)
        {
            return double.PositiveInfinity;
        }

        // The mixture martingale is sqrt(r) ((1 + x) / (1 + r x))^(n/2) with x = t^2 / (n-1); it reaches 1 / (1 - confidence) at this x.
        var r = MixturePrecision / (count + MixturePrecision);
        var power = Math.Exp(-Math.Log((1 - confidence) * Math.Sqrt(r)) * 2 / count);
        return r * power < 1 ? Math.Sqrt((power - 1) / (1 - (r * power)) * (count - 1)) : double.PositiveInfinity;
    }
}
