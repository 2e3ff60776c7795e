using DmaGrains.Experiments.Results;

namespace DmaGrains.Experiments.Statistics;

/// <summary>The largest difference that does not matter.</summary>
/// <param name="Amount">A share of the first case's mean, such as 0.01, or an amount in the measure's own unit; above 0.</param>
/// <param name="IsShare">Whether it is a share.</param>
public readonly record struct Tolerance(double Amount, bool IsShare)
{
    /// <summary>A share of the first case's mean.</summary>
    public static Tolerance Share(double share) => new(share, IsShare: true);

    /// <summary>
    /// What a share means for a measure: percentage points for one in percent (of 3 % refused, 1 % is from 2 to 4 %), else a share of the first
    /// case's mean.
    /// </summary>
    /// <param name="measure">The measure.</param>
    /// <param name="share">Such as 0.01; above 0.</param>
    public static Tolerance For(Measure measure, double share) => measure.Unit == "%" ? Of(100 * share) : Share(share);

    /// <summary>An amount in the measure's own unit.</summary>
    public static Tolerance Of(double amount) => new(amount, IsShare: false);

    /// <summary>
    /// Whether all differences so far say that the true one is smaller. For a share, the two limits are tested as means of their own (second minus
    /// 1.01 times first is below 0, second minus 0.99 times first is above), so no ratio of estimates is needed.
    /// </summary>
    /// <param name="first">One value of each repetition of the first case.</param>
    /// <param name="second">The same of the second, with the same random numbers.</param>
    /// <param name="interval">Makes an interval of a mean.</param>
    internal bool Holds(double[] first, double[] second, Func<double[], Interval> interval)
    {
        var above = new double[first.Length];
        var below = new double[first.Length];
        for (var index = 0; index < first.Length; index++)
        {
            var allowed = IsShare ? Amount * Math.Abs(first[index]) : Amount;
            above[index] = second[index] - first[index] - allowed;
            below[index] = second[index] - first[index] + allowed;
        }

        return interval(above).High < 0 && interval(below).Low > 0;
    }
}
