using System.Numerics;

namespace DmaGrains.Analysis.Exploring;

/// <summary>The parts of a board that some steps may read and write, one bit each.</summary>
/// <param name="Reads">The parts that they may read.</param>
/// <param name="Writes">The parts that they may write, or read and write.</param>
internal readonly record struct Footprint(BigInteger Reads, BigInteger Writes)
{
    /// <summary>The footprint of no steps.</summary>
    public static Footprint None => default;

    /// <summary>The union of two footprints.</summary>
    public static Footprint operator |(Footprint one, Footprint other) =>
        new(one.Reads | other.Reads, one.Writes | other.Writes);

    /// <summary>Whether the order of steps with these footprints can matter.</summary>
    public bool Meets(Footprint other) =>
        !(Writes & (other.Reads | other.Writes)).IsZero || !(other.Writes & Reads).IsZero;
}
