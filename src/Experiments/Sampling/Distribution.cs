using System.Collections.Immutable;
using MathNet.Numerics.Distributions;

namespace DmaGrains.Experiments.Sampling;

/// <summary>The distribution of a non-negative quantity, in bytes or nanoseconds.</summary>
/// <remarks>
/// Values are drawn by inverse transform: one uniform number gives one value, and a larger number never gives a smaller value. So two
/// distributions drawn with the same number give values of the same rank.
/// </remarks>
public abstract record Distribution
{
    /// <summary>The largest whole value, 2^62: in nanoseconds 146 years, and the sum of two still fits 64 bits.</summary>
    public const ulong WholeMax = 1UL << 62;

    private const string PositiveNumber = "a number above 0";

    private Distribution()
    {
    }

    /// <summary>The mean of all values, in the unit of the quantity.</summary>
    public abstract double Mean { get; }

    /// <summary>What is wrong with the parameters; null when they are valid.</summary>
    public abstract Misfit? Check();

    /// <summary>The value below which a share of all values lies.</summary>
    /// <param name="uniform">The share: above 0 and below 1.</param>
    public abstract double Quantile(double uniform);

    /// <summary>The quantile rounded to the nearest whole number, at most <see cref="WholeMax"/>.</summary>
    /// <param name="uniform">The share: above 0 and below 1.</param>
    public ulong Whole(double uniform) => Round(Quantile(uniform));

    /// <summary>To the nearest whole number, at most <see cref="WholeMax"/>.</summary>
    internal static ulong Round(double value) => value >= WholeMax ? WholeMax : (ulong)Math.Round(value);

    private static bool IsPositive(double value) => value > 0 && double.IsFinite(value);

    /// <summary>Always the same value.</summary>
    /// <param name="Value">At least 0.</param>
    public sealed record Constant(double Value) : Distribution
    {
        /// <inheritdoc/>
        public override double Mean => Value;

        /// <inheritdoc/>
        public override Misfit? Check() => Value >= 0 && double.IsFinite(Value) ? null : new Misfit("constant", "a number of at least 0");

        /// <inheritdoc/>
        public override double Quantile(double uniform) => Value;
    }

    /// <summary>Every value between two is equally likely.</summary>
    /// <param name="Low">The smallest, at least 0.</param>
    /// <param name="High">The largest, not below <paramref name="Low"/>.</param>
    public sealed record Uniform(double Low, double High) : Distribution
    {
        /// <inheritdoc/>
        public override double Mean => Low + ((High - Low) / 2);

        /// <inheritdoc/>
        public override Misfit? Check() =>
            Low >= 0 && High >= Low && double.IsFinite(High) ? null : new Misfit("uniform", "the smallest value, then the largest");

        /// <inheritdoc/>
        public override double Quantile(double uniform) => Low + ((High - Low) * uniform);
    }

    /// <summary>The memoryless distribution: the time elapsed says nothing about the time left.</summary>
    /// <param name="MeanValue">The mean, above 0.</param>
    public sealed record Exponential(double MeanValue) : Distribution
    {
        /// <inheritdoc/>
        public override double Mean => MeanValue;

        /// <inheritdoc/>
        public override Misfit? Check() => IsPositive(MeanValue) ? null : new Misfit("exponential", PositiveNumber);

        /// <inheritdoc/>
        public override double Quantile(double uniform) => -MeanValue * Math.Log(1 - uniform);
    }

    /// <summary>A value whose logarithm is normal: most are near the middle, a few are far above it.</summary>
    /// <param name="MeanValue">The mean of the values themselves, not of their logarithms; above 0.</param>
    /// <param name="Sigma">The standard deviation of the natural logarithm: above 0, at most 5.</param>
    public sealed record LogNormal(double MeanValue, double Sigma) : Distribution
    {
        /// <summary>Beyond this the mean lies above all but six values in a thousand, and no experiment would see it.</summary>
        private const double SigmaMax = 5;

        /// <inheritdoc/>
        public override double Mean => MeanValue;

        /// <inheritdoc/>
        public override Misfit? Check() =>
            !IsPositive(MeanValue) ? new Misfit("mean", PositiveNumber)
            : Sigma is > 0 and <= SigmaMax ? null
            : new Misfit("sigma", "a number above 0, at most 5");

        /// <inheritdoc/>
        public override double Quantile(double uniform) =>
            MeanValue * Math.Exp((Sigma * Normal.InvCDF(0, 1, uniform)) - (Sigma * Sigma / 2));
    }

    /// <summary>Heavy tails: a few values make up much of the sum.</summary>
    /// <param name="MeanValue">The mean, above 0.</param>
    /// <param name="Shape">How fast the tail falls: above 1, since below it there is no mean; at most 2 there is no variance.</param>
    public sealed record Pareto(double MeanValue, double Shape) : Distribution
    {
        /// <inheritdoc/>
        public override double Mean => MeanValue;

        /// <inheritdoc/>
        public override Misfit? Check() =>
            !IsPositive(MeanValue) ? new Misfit("mean", PositiveNumber)
            : Shape > 1 && double.IsFinite(Shape) ? null
            : new Misfit("shape", "a number above 1: with less, the mean is infinite");

        /// <inheritdoc/>
        public override double Quantile(double uniform) => MeanValue * (Shape - 1) / Shape * Math.Pow(1 - uniform, -1 / Shape);
    }

    /// <summary>One of several values.</summary>
    /// <param name="Values">The values, each at least 0, with their weights.</param>
    /// <remarks>A larger draw gives a later value of the list, which is a larger one only when the list is in order.</remarks>
    public sealed record Choose(WeightedChoice<double> Values) : Distribution
    {
        /// <summary>A choice from values with weights.</summary>
        public Choose(ImmutableArray<Weighted<double>> values)
            : this(new WeightedChoice<double>(values))
        {
        }

        /// <inheritdoc/>
        public override double Mean => Values.Mean(value => value);

        /// <inheritdoc/>
        public override Misfit? Check() => Values.Check()
            ?? (Values.Choices.All(choice => choice.Value >= 0 && double.IsFinite(choice.Value))
                ? null
                : new Misfit("value", "a number of at least 0"));

        /// <inheritdoc/>
        public override double Quantile(double uniform) => Values.At(uniform);
    }
}
