using MathNet.Numerics.Distributions;

namespace DmaGrains.Experiments.Tests.Sampling;

/// <summary>Tests of fit. Seeds are fixed, so each either always passes or always fails; the limits are those of one chance in a thousand.</summary>
internal static class Fits
{
    /// <summary>Asserts that values in [0, 1] are uniform, by the test of Kolmogorov and Smirnov.</summary>
    public static void AreUniform(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var distance = 0.0;
        for (var index = 0; index < sorted.Length; index++)
        {
            distance = Math.Max(distance, Math.Max(sorted[index] - ((double)index / sorted.Length), ((index + 1.0) / sorted.Length) - sorted[index]));
        }

        Assert.InRange(distance * Math.Sqrt(sorted.Length), 0, 1.95);
    }

    /// <summary>Asserts that counts are as often as expected, by the chi-squared test.</summary>
    public static void AreAsExpected(IReadOnlyList<int> counts, IReadOnlyList<double> expected)
    {
        var sum = counts.Zip(expected, (count, mean) => (count - mean) * (count - mean) / mean).Sum();

        Assert.InRange(sum, 0, ChiSquared.InvCDF(counts.Count - 1, 0.999));
    }

    /// <summary>Asserts that pairs of values in [0, 1] fill the square evenly: neighbours say nothing about each other.</summary>
    public static void AreIndependent(IEnumerable<(double, double)> pairs)
    {
        const int side = 16;
        var counts = new int[side * side];
        foreach (var (left, right) in pairs)
        {
            counts[((int)(left * side) * side) + (int)(right * side)]++;
        }

        AreAsExpected(counts, [.. Enumerable.Repeat(counts.Sum() / (double)counts.Length, counts.Length)]);
    }
}
