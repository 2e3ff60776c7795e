namespace DmaGrains.Experiments.Statistics;

/// <summary>A mean, and where the true mean lies.</summary>
/// <param name="Mean">The mean of what was measured.</param>
/// <param name="Low">The lower end; minus infinity when there are too few values to say.</param>
/// <param name="High">The upper end; infinity when there are too few values to say.</param>
/// <param name="Confidence">How often such an interval contains the true mean: above 0, below 1.</param>
/// <param name="Count">How many values it comes from.</param>
public readonly record struct Interval(double Mean, double Low, double High, double Confidence, int Count)
{
    /// <summary>Whether there were enough values to say anything.</summary>
    public bool IsKnown => double.IsFinite(Low) && double.IsFinite(High);

    /// <summary>Half the width: what stands after "±".</summary>
    public double HalfWidth => (High - Low) / 2;

    /// <summary>Whether the true mean may be this value.</summary>
    public bool Contains(double value) => Low <= value && value <= High;

    /// <summary>An interval around a mean; one without a finite half-width says nothing.</summary>
    internal static Interval Around(double mean, double halfWidth, double confidence, int count) => double.IsFinite(halfWidth)
        ? new(mean, mean - halfWidth, mean + halfWidth, confidence, count)
        : new(mean, double.NegativeInfinity, double.PositiveInfinity, confidence, count);
}
