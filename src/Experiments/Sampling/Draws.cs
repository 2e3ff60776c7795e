namespace DmaGrains.Experiments.Sampling;

/// <summary>
/// The random numbers of one stream on one board in one repetition. A number depends only on its purpose and its buffer, not on earlier
/// draws: two policies see the same arrivals, sizes and lifetimes, whatever they refuse (common random numbers).
/// </summary>
/// <param name="Seed">The experiment's seed.</param>
/// <param name="Repetition">Which repetition, from 0.</param>
/// <param name="Board">Which board, from 0, over all boards of the experiment.</param>
/// <param name="Stream">Which stream of buffers, other memory or faults, from 0, in the order of the file.</param>
public readonly record struct Draws(ulong Seed, uint Repetition, uint Board, uint Stream)
{
    /// <summary>A number above 0 and below 1, a multiple of 2^-53.</summary>
    /// <param name="purpose">What it is for.</param>
    /// <param name="number">Which buffer of the stream, from 0.</param>
    /// <param name="turn">Which of several draws for the same purpose of the same buffer, from 0.</param>
    public double Uniform(Purpose purpose, ulong number, uint turn = 0)
    {
        var (bits, _, _, _) = Philox.Block(number, ((ulong)turn << 32) | (uint)purpose, ((ulong)Board << 32) | Stream, Repetition, Seed, 0);
        return Fraction(bits);
    }

    // The middle of one of 2^52 equal parts: never 0 and never 1, and 1 minus it is exact, so no quantile is infinite.
    private static double Fraction(ulong bits) => ((bits >> 12) + 0.5) * (1.0 / (1UL << 52));
}
