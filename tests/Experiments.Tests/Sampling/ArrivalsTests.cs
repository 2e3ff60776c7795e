using CsCheck;
using DmaGrains.Experiments.Sampling;

namespace DmaGrains.Experiments.Tests.Sampling;

public class ArrivalsTests
{
    private const double Second = 1e9;

    private static readonly Gen<Arrivals> _any = Gen.OneOf<Arrivals>(
        Gen.Double[1e-3, 1e9].Select(rate => new Arrivals.Constant(rate)),
        Gen.Double[1e-3, 1e9].Select(rate => new Arrivals.Poisson(rate)),
        Gen.Select(Gen.UInt[1, 100], Gen.ULong[1, 1_000_000_000_000], (size, every) => new Arrivals.Bursts(size, every)));

    private static readonly Gen<Draws> _draws = Gen.Select(Gen.ULong, Gen.UInt, (seed, repetition) => new Draws(seed, repetition, 0, 0));

    public static TheoryData<Arrivals, string?> Bounds => new()
    {
        { new Arrivals.Constant(1e9), null },
        { new Arrivals.Constant(1.1e9), "constant" },
        { new Arrivals.Constant(0), "constant" },
        { new Arrivals.Poisson(1e-9), null },
        { new Arrivals.Poisson(0), "poisson" },
        { new Arrivals.Poisson(double.NaN), "poisson" },
        { new Arrivals.Bursts(1, 1), null },
        { new Arrivals.Bursts(0, 1), "size" },
        { new Arrivals.Bursts(1, 0), "every" },
    };

    [Fact]
    public void No_buffer_arrives_before_the_one_before_it() => Gen.Select(_any, _draws).Sample((arrivals, draws) =>
    {
        var times = Times(arrivals, draws, 50);
        return arrivals.Check() is null && times.Zip(times.Skip(1)).All(pair => pair.First <= pair.Second);
    });

    [Fact]
    public void Constant_arrivals_keep_their_distance_to_the_end_of_a_day() =>
        Gen.Select(_draws, Gen.OneOf(Gen.Const(60.0), Gen.Const(30.0), Gen.Const(59.94)), Gen.Int[1, 5_000_000]).Sample((draws, rate, number) =>
        {
            var arrivals = new Arrivals.Constant(rate);

            var distance = arrivals.At(draws, (ulong)number, 0) - arrivals.At(draws, (ulong)number - 1, 0);

            Assert.InRange(distance, (Second / rate) - 1, (Second / rate) + 1);
            Assert.InRange(arrivals.At(draws, (ulong)number, 0), number / rate * Second, (number + 1) / rate * Second);
        });

    [Fact]
    public void Where_constant_arrivals_begin_differs_between_repetitions() => Fits.AreUniform(
        Enumerable.Range(0, 10_000).Select(repetition => new Arrivals.Constant(1).At(new Draws(1, (uint)repetition, 0, 0), 0, 0) / Second));

    [Fact]
    public void Distances_of_Poisson_arrivals_are_exponential_and_independent()
    {
        var times = Times(new Arrivals.Poisson(60), new Draws(5, 0, 0, 0), 20_000);

        var shares = times.Prepend(0UL).Zip(times, (before, after) => 1 - Math.Exp(-60.0 * (after - before) / Second)).ToArray();

        Fits.AreUniform(shares);
        Fits.AreIndependent(shares.Zip(shares.Skip(1)));
    }

    [Fact]
    public void Counts_of_Poisson_arrivals_vary_as_much_as_their_mean()
    {
        const int seconds = 2_000;
        var counts = new double[seconds];
        foreach (var time in Times(new Arrivals.Poisson(10), new Draws(6, 0, 0, 0), 25_000).TakeWhile(time => time < seconds * Second))
        {
            counts[(int)(time / Second)]++;
        }

        var mean = counts.Average();
        var variance = counts.Sum(count => (count - mean) * (count - mean)) / (seconds - 1);

        Assert.InRange(mean, 10 - 0.25, 10 + 0.25);
        Assert.InRange(variance / mean, 0.9, 1.1);
    }

    [Fact]
    public void Bursts_arrive_together_at_equal_distances() => _draws.Sample(draws =>
    {
        var times = Times(new Arrivals.Bursts(6, 2_000_000_000), draws, 18);

        Assert.Equal([6, 6, 6], times.GroupBy(time => time).Select(burst => burst.Count()));
        Assert.InRange(times[0], 0UL, 2_000_000_000UL);
        Assert.InRange(times[6] - times[0], 1_999_999_999UL, 2_000_000_001UL);
        Assert.InRange(times[17] - times[0], 3_999_999_999UL, 4_000_000_001UL);
    });

    [Fact]
    public void The_mean_rate_is_the_declared_one()
    {
        Assert.Equal(3, new Arrivals.Bursts(6, 2_000_000_000).MeanPerSecond, 1e-12);
        Assert.Equal(30, new Arrivals.Constant(30).MeanPerSecond);
        Assert.Equal(5, new Arrivals.Poisson(5).MeanPerSecond);
    }

    [Theory]
    [MemberData(nameof(Bounds))]
    public void Check_names_the_parameter_that_is_wrong(Arrivals arrivals, string? field) => Assert.Equal(field, arrivals.Check()?.Field);

    private static List<ulong> Times(Arrivals arrivals, Draws draws, int count)
    {
        var times = new List<ulong>();
        for (var number = 0; number < count; number++)
        {
            times.Add(arrivals.At(draws, (ulong)number, times.Count == 0 ? 0 : times[^1]));
        }

        return times;
    }
}
