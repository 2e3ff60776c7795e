using System.Collections.Immutable;

namespace DmaGrains.Analysis;

/// <summary>Orders rankings: the values of criteria, most important first, where less is better.</summary>
internal static class RankingOrder
{
    /// <summary>The best first.</summary>
    public static Comparer<ImmutableArray<ulong>> BestFirst { get; } = Comparer<ImmutableArray<ulong>>.Create(
        static (one, other) => one.AsSpan().SequenceCompareTo(other.AsSpan()));
}
