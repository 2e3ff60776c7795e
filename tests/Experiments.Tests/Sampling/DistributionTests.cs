using CsCheck;
using DmaGrains.Experiments.Sampling;
using MathNet.Numerics.Distributions;

namespace DmaGrains.Experiments.Tests.Sampling;

public class DistributionTests
{
    private const int Count = 20_000;

    private static readonly Gen<double> _uniform =
        Gen.ULong.Select(number => new Draws(7, 0, 0, 0).Uniform(Purpose.Size, number));

    private static readonly Gen<double> _mean = Gen.Double[1e-3, 1e12];

    private static readonly Gen<Distribution> _any = Gen.OneOf<Distribution>(
        _mean.Select(value => new Distribution.Constant(value)),
        Gen.Select(_mean, _mean, (low, more) => new Distribution.Uniform(low, low + more)),
        _mean.Select(mean => new Distribution.Exponential(mean)),
        Gen.Select(_mean, Gen.Double[0.01, 2], (mean, sigma) => new Distribution.LogNormal(mean, sigma)),
        Gen.Select(_mean, Gen.Double[1.1, 10], (mean, shape) => new Distribution.Pareto(mean, shape)));

    /// <summary>Distributions with a cumulative function from elsewhere.</summary>
    public static TheoryData<Distribution, Func<double, double>> Known => new()
    {
        { new Distribution.Uniform(10, 30), value => ContinuousUniform.CDF(10, 30, value) },
        { new Distribution.Exponential(4e8), value => Exponential.CDF(1 / 4e8, value) },
        { new Distribution.LogNormal(4e8, 0.5), value => LogNormal.CDF(Math.Log(4e8) - 0.125, 0.5, value) },
        { new Distribution.LogNormal(1, 5), value => LogNormal.CDF(-12.5, 5, value) },
        { new Distribution.Pareto(4e8, 1.5), value => Pareto.CDF(4e8 / 3, 1.5, value) },
        { new Distribution.Pareto(10, 3), value => Pareto.CDF(20.0 / 3, 3, value) },
    };

    /// <summary>Distributions with a variance, and what it is.</summary>
    public static TheoryData<Distribution, double> Variances => new()
    {
        { new Distribution.Uniform(10, 30), 400.0 / 12 },
        { new Distribution.Exponential(100), 10_000 },
        { new Distribution.LogNormal(100, 0.5), (Math.Exp(0.25) - 1) * 10_000 },
        { new Distribution.Pareto(100, 4), 1_250 },
        { new Distribution.Choose([new(10, 3), new(50, 1)]), 300 },
    };

    public static TheoryData<Distribution, string?> Bounds => new()
    {
        { new Distribution.Constant(0), null },
        { new Distribution.Constant(-1), "constant" },
        { new Distribution.Constant(double.NaN), "constant" },
        { new Distribution.Constant(double.PositiveInfinity), "constant" },
        { new Distribution.Uniform(0, 0), null },
        { new Distribution.Uniform(5, 5), null },
        { new Distribution.Uniform(6, 5), "uniform" },
        { new Distribution.Uniform(-1, 5), "uniform" },
        { new Distribution.Uniform(1, double.PositiveInfinity), "uniform" },
        { new Distribution.Exponential(double.Epsilon), null },
        { new Distribution.Exponential(0), "exponential" },
        { new Distribution.Exponential(-1), "exponential" },
        { new Distribution.Exponential(double.NaN), "exponential" },
        { new Distribution.LogNormal(1, 5), null },
        { new Distribution.LogNormal(1, 5.001), "sigma" },
        { new Distribution.LogNormal(1, 0), "sigma" },
        { new Distribution.LogNormal(0, 1), "mean" },
        { new Distribution.Pareto(1, 1.001), null },
        { new Distribution.Pareto(1, 1), "shape" },
        { new Distribution.Pareto(1, 0.5), "shape" },
        { new Distribution.Pareto(1, double.PositiveInfinity), "shape" },
        { new Distribution.Pareto(0, 2), "mean" },
        { new Distribution.Choose([new(0, 1)]), null },
        { new Distribution.Choose([new(-1, 1)]), "value" },
        { new Distribution.Choose([]), "choose" },
        { new Distribution.Choose([new(1, 0), new(2, 0)]), "choose" },
        { new Distribution.Choose([new(1, 0), new(2, 1e9)]), null },
        { new Distribution.Choose([new(1, 1), new(2, 1.1e9)]), "weight" },
        { new Distribution.Choose([new(1, 1), new(2, -1)]), "weight" },
        { new Distribution.Choose([new(1, double.NaN)]), "weight" },
    };

    [Fact]
    public void Values_are_finite_and_not_negative() => Gen.Select(_any, _uniform).Sample((distribution, uniform) =>
        distribution.Check() is null && distribution.Quantile(uniform) is >= 0 and < double.PositiveInfinity);

    [Fact]
    public void A_larger_draw_never_gives_a_smaller_value() => Gen.Select(_any, _uniform, _uniform).Sample((distribution, one, other) =>
        distribution.Quantile(Math.Min(one, other)) <= distribution.Quantile(Math.Max(one, other)));

    [Theory]
    [MemberData(nameof(Known))]
    public void Quantiles_are_the_inverse_of_the_cumulative_function(Distribution distribution, Func<double, double> cumulative) =>
        _uniform.Sample(uniform => Assert.Equal(uniform, cumulative(distribution.Quantile(uniform)), 1e-9));

    [Theory]
    [MemberData(nameof(Known))]
    public void Values_of_many_keys_fit_the_cumulative_function(Distribution distribution, Func<double, double> cumulative) =>
        Fits.AreUniform(Values(distribution).Select(cumulative));

    [Theory]
    [MemberData(nameof(Variances))]
    public void Mean_and_variance_are_as_declared(Distribution distribution, double variance)
    {
        var values = Values(distribution);
        var squares = values.Select(value => (value - distribution.Mean) * (value - distribution.Mean)).ToArray();

        Assert.True(StandardErrorsFrom(distribution.Mean, values) < 3.3);
        Assert.True(StandardErrorsFrom(variance, squares) < 3.3);
    }

    [Theory]
    [InlineData(1.2)]
    [InlineData(1.5)]
    [InlineData(2)]
    public void A_Pareto_distribution_without_variance_has_the_declared_mean(double shape)
    {
        var distribution = new Distribution.Pareto(100, shape);

        // A sample of it is too wild to say so; the smallest value and the shape determine the mean.
        Assert.Equal(distribution.Mean, new Pareto(distribution.Quantile(double.Epsilon), shape).Mean, 1e-9);
    }

    [Theory]
    [MemberData(nameof(Bounds))]
    public void Check_names_the_parameter_that_is_wrong(Distribution distribution, string? field) =>
        Assert.Equal(field, distribution.Check()?.Field);

    [Theory]
    [InlineData(0.4, 0)]
    [InlineData(0.6, 1)]
    [InlineData(9.3e17, 930_000_000_000_000_000)]
    [InlineData(4611686018427387904, Distribution.WholeMax)]
    [InlineData(1e300, Distribution.WholeMax)]
    public void Whole_rounds_to_the_nearest_and_stops_at_its_limit(double value, ulong whole) =>
        Assert.Equal(whole, new Distribution.Constant(value).Whole(0.5));

    private static double[] Values(Distribution distribution) =>
        [.. Enumerable.Range(0, Count).Select(number => distribution.Quantile(new Draws(11, 0, 0, 0).Uniform(Purpose.Lifetime, (ulong)number)))];

    private static double StandardErrorsFrom(double expected, double[] values)
    {
        var mean = values.Average();
        var variance = values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1);
        return Math.Abs(mean - expected) / Math.Sqrt(variance / values.Length);
    }
}
