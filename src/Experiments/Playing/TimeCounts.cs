using System.Collections.Immutable;
using System.Numerics;
using HdrHistogram;

namespace DmaGrains.Experiments.Playing;

/// <summary>
/// A histogram of times with seven significant bits, in a few kilobytes for each board. The results have it as a
/// <see cref="LongHistogram"/>.
/// </summary>
internal sealed class TimeCounts
{
    // Below 2^7 each number has a bucket; above, each power of two has 2^6 of them.
    private const int Bits = 6;

    private readonly ulong[] _counts = new ulong[(64 - Bits) << Bits];

    /// <summary>Creates an empty histogram.</summary>
    public TimeCounts()
    {
    }

    /// <summary>Restores a histogram.</summary>
    public TimeCounts(ImmutableArray<ulong> counts) => counts.CopyTo(_counts);

    /// <summary>The counts up to the last that is not 0.</summary>
    public ImmutableArray<ulong> Counts => [.. _counts.AsSpan(0, _counts.AsSpan().LastIndexOfAnyExcept(0UL) + 1)];

    /// <summary>Counts a time, in nanoseconds.</summary>
    public void Add(ulong nanoseconds) => _counts[BucketOf(nanoseconds)]++;

    /// <summary>The bucket of a time.</summary>
    public static int BucketOf(ulong nanoseconds)
    {
        var shift = Math.Max(0, BitOperations.Log2(nanoseconds | 1) - Bits);
        return (shift << Bits) + (int)(nanoseconds >> shift);
    }

    /// <summary>The smallest time in a bucket.</summary>
    public static ulong LeastIn(int bucket)
    {
        var shift = Math.Max(0, (bucket >> Bits) - 1);
        return (ulong)(bucket - (shift << Bits)) << shift;
    }

    /// <summary>All counts in one histogram, of two digits.</summary>
    public static LongHistogram HistogramOf(IEnumerable<ImmutableArray<ulong>> counts)
    {
        var histogram = new LongHistogram(1, long.MaxValue / 2, 2);
        foreach (var some in counts)
        {
            AddTo(histogram, some);
        }

        return histogram;
    }

    /// <summary>Adds these counts to a histogram.</summary>
    public static void AddTo(LongHistogram histogram, ImmutableArray<ulong> counts)
    {
        for (var bucket = 0; bucket < counts.Length; bucket++)
        {
            if (counts[bucket] != 0)
            {
                histogram.RecordValueWithCount((long)LeastIn(bucket), (long)counts[bucket]);
            }
        }
    }
}
