using System.Collections.Immutable;
using DmaGrains.Experiments.Statistics;

namespace DmaGrains.Experiments.Playing;

/// <summary>Finds where measuring may begin, from one unmeasured run of each case.</summary>
internal static class Pilot
{
    /// <summary>The pilots' repetition, with random numbers that no measured repetition has.</summary>
    public const int Repetition = -1;

    /// <summary>When the live buffers and the memory in use of all cases have settled.</summary>
    /// <param name="cases">The counts of each case's boards, from the start.</param>
    public static BoardWarmUp WarmUpOf(IReadOnlyCollection<ImmutableArray<TallyState>> cases)
    {
        var found = cases.SelectMany(boards => new[] { Find(boards, span => span.LiveArea), Find(boards, UsedArea) }).ToList();
        return new(found.Max(one => one.Nanoseconds), found.TrueForAll(one => one.HasSettled));
    }

    private static BoardWarmUp Find(ImmutableArray<TallyState> boards, Func<TallySpan, UInt128> area)
    {
        var width = boards.Max(board => board.Width);
        var (cut, hasSettled) = WarmUp.Find([.. boards.Select(board => SeriesOf(board, width, area))]);
        return new((ulong)cut * width, hasSettled);
    }

    private static UInt128 UsedArea(TallySpan span) => span.Regions.Aggregate((UInt128)0, (sum, region) => sum + region.UsedArea);

    /// <summary>A board's spans as observations of equal width, without the last, incomplete one.</summary>
    private static double[] SeriesOf(TallyState board, ulong width, Func<TallySpan, UInt128> area)
    {
        // Spans only ever double, so that each width divides the widest.
        var together = (int)(width / board.Width);
        return [.. board.Spans.Take(board.Spans.Length - 1).Chunk(together).Where(spans => spans.Length == together)
            .Select(spans => spans.Sum(span => (double)area(span)))];
    }
}
