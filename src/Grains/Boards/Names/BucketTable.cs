using System.Buffers.Binary;
using System.Numerics;
using DmaGrains.Model;

namespace DmaGrains.Grains.Boards.Names;

/// <summary>Finds the bucket of a place by linear hashing: buckets split one by one, in order.</summary>
/// <param name="Count">How many buckets there are, 1 or more.</param>
/// <remarks>
/// A bucket of level n has the places whose first n bits, least significant first, are its number. Bucket b of level n splits into b and
/// b + 2^n of level n + 1, and in the order of places the new one follows directly. Source: Litwin, Linear hashing (1980); buckets that
/// know their level and redirect callers with outdated numbers are LH* (1993).
/// </remarks>
internal readonly record struct BucketTable(uint Count)
{
    /// <summary>The highest level: the number of bits of a place.</summary>
    public const int LevelMax = 64;

    /// <summary>The level of buckets that have not split in this round.</summary>
    public int Level => BitOperations.Log2(Count);

    /// <summary>The next bucket to split; the new one has the number <see cref="Count"/>.</summary>
    public uint NextToSplit => Count - (1u << Level);

    /// <summary>The bucket that has a place.</summary>
    public uint BucketOf(ulong place)
    {
        var bits = Reversed(place);
        var bucket = bits & Mask(Level + 1);
        return (uint)(bucket < Count ? bucket : bits & Mask(Level));
    }

    /// <summary>Whether a bucket of a level has a place.</summary>
    public static bool Has(uint bucket, int level, ulong place) => (Reversed(place) & Mask(level)) == bucket;

    /// <summary>The bucket that took a place over when it split from this one.</summary>
    public static uint SplitOff(uint bucket, int level, ulong place)
    {
        var differing = (Reversed(place) & Mask(level)) ^ bucket;
        Invariant.Holds(differing != 0);
        return (uint)(Reversed(place) & Mask(BitOperations.TrailingZeroCount(differing) + 1));
    }

    /// <summary>The first place after a bucket; null for the last bucket.</summary>
    public static ulong? EndOf(uint bucket, int level)
    {
        var end = level == 0 ? 0 : unchecked(Reversed(bucket) + (1UL << (LevelMax - level)));
        return end == 0 ? null : end;
    }

    private static ulong Mask(int bits) => bits == LevelMax ? ulong.MaxValue : (1UL << bits) - 1;

    private static ulong Reversed(ulong bits)
    {
        bits = ((bits >> 1) & 0x5555555555555555) | ((bits & 0x5555555555555555) << 1);
        bits = ((bits >> 2) & 0x3333333333333333) | ((bits & 0x3333333333333333) << 2);
        bits = ((bits >> 4) & 0x0f0f0f0f0f0f0f0f) | ((bits & 0x0f0f0f0f0f0f0f0f) << 4);
        return BinaryPrimitives.ReverseEndianness(bits);
    }
}
