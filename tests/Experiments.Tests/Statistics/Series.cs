using DmaGrains.Experiments.Sampling;
using MathNet.Numerics.Distributions;

namespace DmaGrains.Experiments.Tests.Statistics;

/// <summary>Series whose true mean is known.</summary>
internal static class Series
{
    /// <summary>Independent normal values of mean 0 and deviation 1.</summary>
    public static double[] Normals(Draws draws, int count) =>
        [.. Enumerable.Range(0, count).Select(number => Normal.InvCDF(0, 1, draws.Uniform(Purpose.Size, (ulong)number)))];

    /// <summary>An autoregressive series of order 1 with mean 0 and deviation 1 that begins at a value.</summary>
    public static double[] Autoregressive(Draws draws, int count, double memory, double start)
    {
        var values = Normals(draws, count);
        var previous = start;
        for (var index = 0; index < count; index++)
        {
            previous = values[index] = (memory * previous) + (Math.Sqrt(1 - (memory * memory)) * values[index]);
        }

        return values;
    }

    /// <summary>How long the customers of a queue with one server wait, with a mean service of 1; the first finds it empty (Lindley).</summary>
    /// <returns>Their true mean in the long run is load / (1 - load).</returns>
    public static double[] Waits(Draws draws, int count, double load)
    {
        var waits = new double[count];
        for (var number = 1; number < count; number++)
        {
            var service = -Math.Log(draws.Uniform(Purpose.Lifetime, (ulong)number));
            var distance = -Math.Log(draws.Uniform(Purpose.Arrival, (ulong)number)) / load;
            waits[number] = Math.Max(0, waits[number - 1] + service - distance);
        }

        return waits;
    }

    /// <summary>The mean of what the warm-up leaves.</summary>
    public static double SettledMean(double[] series, int cut) => series.Skip(cut).Average();
}
