namespace DmaGrains.Experiments.Statistics;

/// <summary>
/// The mean over time of a value that changes in steps, such as the bytes in use: each value counts for as long as it lasted. Sums are whole
/// numbers, so the mean does not depend on how the time was divided.
/// </summary>
/// <param name="Start">When measuring began, in nanoseconds.</param>
/// <param name="Changed">When the value last changed, in nanoseconds.</param>
/// <param name="Value">The value since then.</param>
/// <param name="Max">The highest value so far.</param>
/// <param name="Area">Value times nanoseconds, from the start to the last change.</param>
public readonly record struct TimeWeightedMean(ulong Start, ulong Changed, ulong Value, ulong Max, UInt128 Area)
{
    /// <summary>Begins to measure.</summary>
    /// <param name="at">Now, in nanoseconds.</param>
    /// <param name="value">The value now.</param>
    public static TimeWeightedMean From(ulong at, ulong value) => new(at, at, value, value, 0);

    /// <summary>The value changes.</summary>
    /// <param name="at">When, in nanoseconds; not before the last change.</param>
    /// <param name="value">The value from now on.</param>
    public TimeWeightedMean Change(ulong at, ulong value) => new(Start, at, value, Math.Max(Max, value), AreaUntil(at));

    /// <summary>The mean from the start until a time; the value itself while no time has passed.</summary>
    /// <param name="at">Until when, in nanoseconds; not before the last change.</param>
    public double Until(ulong at) => at == Start ? Value : (double)AreaUntil(at) / (at - Start);

    private UInt128 AreaUntil(ulong at) => at < Changed
        ? throw new ArgumentOutOfRangeException(nameof(at), $"{at} ns is before the last change, at {Changed} ns")
        : Area + ((UInt128)(at - Changed) * Value);
}
