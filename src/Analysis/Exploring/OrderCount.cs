using System.Collections.Immutable;
using System.Numerics;

namespace DmaGrains.Analysis.Exploring;

/// <summary>Counts orders.</summary>
internal static class OrderCount
{
    /// <summary>The binomial coefficient, n over k.</summary>
    public static BigInteger Choose(int all, int some)
    {
        var ways = BigInteger.One;
        for (var index = 1; index <= Math.Min(some, all - some); index++)
        {
            ways = ways * (all - index + 1) / index;
        }

        return ways;
    }

    /// <summary>The number of interleavings of scripts of these lengths.</summary>
    public static BigInteger Of(IEnumerable<int> lengths)
    {
        var (ways, all) = (BigInteger.One, 0);
        foreach (var length in lengths)
        {
            all += length;
            ways *= Choose(all, length);
        }

        return ways;
    }

    /// <summary>An upper bound for the counts of an exploration.</summary>
    public static BigInteger Bound(ImmutableArray<Script> scripts)
    {
        var lengths = scripts.Select(script => script.Takes is null ? script.Importer.Steps.Length : 1).ToList();
        var plain = Of(lengths);
        var choices = scripts.Sum(script => (script.MayCrash ? 1 : 0) + (script.MayHang ? 1 : 0) + (script.IsOptional ? 1 : 0));
        if (choices == 0)
        {
            return plain;
        }

        // A crash adds at most as many steps as the importer has played, and itself.
        var longest = lengths.Sum() + scripts.Where(script => script.MayCrash || script.MayHang).Sum(script => script.Importer.Steps.Length + 1);
        return BigInteger.Pow(scripts.Length + choices, longest + 1);
    }
}
