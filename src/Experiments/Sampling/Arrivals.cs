namespace DmaGrains.Experiments.Sampling;

/// <summary>Arrival processes of open streams, independent of earlier buffers.</summary>
public abstract record Arrivals
{
    /// <summary>The highest rate: one arrival per nanosecond, the resolution of time.</summary>
    private const double PerSecondMax = 1e9;

    private const double NanosecondsPerSecond = 1e9;

    private Arrivals()
    {
    }

    /// <summary>The mean number of buffers per second.</summary>
    public abstract double MeanPerSecond { get; }

    /// <summary>What is wrong with the parameters; null when they are valid.</summary>
    public abstract Misfit? Check();

    /// <summary>When a buffer arrives.</summary>
    /// <param name="draws">The stream's random numbers.</param>
    /// <param name="number">The buffer's number, from 0.</param>
    /// <param name="previous">When the buffer before it arrived, in nanoseconds from the start; 0 for the first.</param>
    /// <returns>Nanoseconds from the start, not before <paramref name="previous"/>.</returns>
    public abstract ulong At(in Draws draws, ulong number, ulong previous);

    private static Misfit? CheckRate(double perSecond, string field) =>
        perSecond is > 0 and <= PerSecondMax ? null : new Misfit(field, "a rate above 0, at most 1000000000/s");

    /// <summary>One buffer at a time, at equal intervals, from a random start within the first period, drawn once for each repetition and board.</summary>
    /// <param name="PerSecond">Buffers per second, above 0.</param>
    public sealed record Constant(double PerSecond) : Arrivals
    {
        /// <inheritdoc/>
        public override double MeanPerSecond => PerSecond;

        /// <inheritdoc/>
        public override Misfit? Check() => CheckRate(PerSecond, "constant");

        /// <inheritdoc/>
        public override ulong At(in Draws draws, ulong number, ulong previous) => Math.Max(
            previous, // Counted from the start, not from the one before, so that rounding does not add up.
            Distribution.Round((number + draws.Uniform(Purpose.Phase, 0)) * (NanosecondsPerSecond / PerSecond)));
    }

    /// <summary>One buffer at a time, at random and independent of each other.</summary>
    /// <param name="PerSecond">Buffers per second on average, above 0.</param>
    public sealed record Poisson(double PerSecond) : Arrivals
    {
        /// <inheritdoc/>
        public override double MeanPerSecond => PerSecond;

        /// <inheritdoc/>
        public override Misfit? Check() => CheckRate(PerSecond, "poisson");

        /// <inheritdoc/>
        public override ulong At(in Draws draws, ulong number, ulong previous)
        {
            var distance = -Math.Log(1 - draws.Uniform(Purpose.Arrival, number)) * (NanosecondsPerSecond / PerSecond);
            return Math.Min(previous + Distribution.Round(distance), Distribution.WholeMax);
        }
    }

    /// <summary>Several buffers at the same time, at equal intervals, from a random start as for constant arrivals.</summary>
    /// <param name="Size">How many arrive together, at least 1.</param>
    /// <param name="Every">From one burst to the next, in nanoseconds, at least 1.</param>
    public sealed record Bursts(uint Size, ulong Every) : Arrivals
    {
        /// <inheritdoc/>
        public override double MeanPerSecond => Size * (NanosecondsPerSecond / Every);

        /// <inheritdoc/>
        public override Misfit? Check() =>
            Size == 0 ? new Misfit("size", "at least 1 buffer")
            : Every is > 0 and <= Distribution.WholeMax ? null
            : new Misfit("every", "a time above 0");

        /// <inheritdoc/>
        public override ulong At(in Draws draws, ulong number, ulong previous) => Math.Max(
            previous, Distribution.Round(((number / Size) + draws.Uniform(Purpose.Phase, 0)) * Every));
    }
}
