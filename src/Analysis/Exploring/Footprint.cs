using System.Numerics;

namespace DmaGrains.Analysis.Exploring;

/// <summary>What some steps may look at and change of a board, one bit for each part of it that is kept apart.</summary>
/// <param name="Reads">What they may look at.</param>
/// <param name="Writes">What they may change, or look at and change.</param>
internal readonly record struct Footprint(BigInteger Reads, BigInteger Writes)
{
    /// <summary>Of no steps.</summary>
    public static Footprint None => default;

    /// <summary>Of both.</summary>
    public static Footprint operator |(Footprint one, Footprint other) =>
        new(one.Reads | other.Reads, one.Writes | other.Writes);

    /// <summary>Whether the order of steps with these footprints can matter.</summary>
    public bool Meets(Footprint other) =>
        !(Writes & (other.Reads | other.Writes)).IsZero || !(other.Writes & Reads).IsZero;
}
