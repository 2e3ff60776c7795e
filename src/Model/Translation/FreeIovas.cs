using System.Collections.Immutable;

namespace DmaGrains.Model.Translation;

/// <summary>The free runs of an address space: disjoint and never adjacent. Taking splits runs, giving back merges them.</summary>
internal sealed class FreeIovas
{
    private readonly ImmutableSortedSet<GranuleRun> _runs;

    private FreeIovas(ImmutableSortedSet<GranuleRun> runs, ulong count)
    {
        _runs = runs;
        Count = count;
    }

    /// <summary>The number of free granules.</summary>
    public ulong Count { get; }

    /// <summary>The runs in order.</summary>
    public IEnumerable<GranuleRun> Runs => _runs;

    public static FreeIovas Of(GranuleRun run) => new(ImmutableSortedSet.Create(GranuleRun.Order, run), run.Count);

    /// <summary>The lowest base for that many granules.</summary>
    /// <param name="count">Granules.</param>
    /// <param name="alignment">A power of two, in granules.</param>
    /// <param name="from">The lowest base allowed.</param>
    /// <param name="end">The granule after the last one allowed.</param>
    public ulong? LowestFit(ulong count, ulong alignment, ulong from, ulong end)
    {
        for (var index = Math.Max(0, IndexAtOrBefore(from)); index < _runs.Count && _runs[index].First < end; index++)
        {
            var first = RoundUp(Math.Max(_runs[index].First, from), alignment);
            var limit = Math.Min(_runs[index].End, end);
            if (first < limit && limit - first >= count)
            {
                return first;
            }
        }

        return null;
    }

    /// <summary>The highest base for that many granules.</summary>
    /// <param name="count">Granules.</param>
    /// <param name="alignment">A power of two, in granules.</param>
    /// <param name="end">The granule after the last one allowed.</param>
    /// <param name="from">The lowest base allowed.</param>
    public ulong? HighestFit(ulong count, ulong alignment, ulong end, ulong from = 0)
    {
        for (var index = IndexAtOrBefore(end); index >= 0 && _runs[index].End > from; index--)
        {
            var limit = Math.Min(_runs[index].End, end);
            if (limit - _runs[index].First < count)
            {
                continue;
            }

            var first = (limit - count) & ~(alignment - 1);
            if (first >= Math.Max(_runs[index].First, from))
            {
                return first;
            }
        }

        return null;
    }

    /// <summary>The first granule at or after <paramref name="granule"/> that is free; null when none is.</summary>
    public ulong? NextFree(ulong granule)
    {
        var index = IndexAtOrBefore(granule);
        return index >= 0 && granule < _runs[index].End ? granule
            : index + 1 < _runs.Count ? _runs[index + 1].First
            : null;
    }

    /// <summary>The first granule at or after <paramref name="granule"/> that is not free.</summary>
    public ulong NextTaken(ulong granule)
    {
        var index = IndexAtOrBefore(granule);
        return index >= 0 && granule < _runs[index].End ? _runs[index].End : granule;
    }

    /// <summary>The longest run below <paramref name="end"/>, in granules.</summary>
    public ulong LongestBelow(ulong end) => _runs
        .TakeWhile(run => run.First < end)
        .Aggregate(0UL, (longest, run) => Math.Max(longest, Math.Min(run.End, end) - run.First));

    /// <summary>Free granules below <paramref name="end"/>.</summary>
    public ulong CountBelow(ulong end) => _runs
        .TakeWhile(run => run.First < end)
        .Aggregate(0UL, (sum, run) => sum + Math.Min(run.End, end) - run.First);

    /// <summary>Takes a run, all of which must be free.</summary>
    public FreeIovas Take(GranuleRun run)
    {
        var index = IndexAtOrBefore(run.First);
        Invariant.Holds(index >= 0 && run.Count > 0 && run.End <= _runs[index].End);
        var whole = _runs[index];
        var runs = _runs.Remove(whole);
        runs = whole.First < run.First ? runs.Add(new(whole.First, run.First)) : runs;
        runs = run.End < whole.End ? runs.Add(new(run.End, whole.End)) : runs;
        return new(runs, Count - run.Count);
    }

    /// <summary>Gives back a run, none of which may be free.</summary>
    public FreeIovas Give(GranuleRun run)
    {
        var runs = _runs;
        var merged = run;
        var index = IndexAtOrBefore(run.First);
        if (index >= 0)
        {
            Invariant.Holds(_runs[index].End <= run.First);
            if (_runs[index].End == run.First)
            {
                merged = merged with { First = _runs[index].First };
                runs = runs.Remove(_runs[index]);
            }
        }

        if (index + 1 < _runs.Count)
        {
            Invariant.Holds(run.End <= _runs[index + 1].First);
            if (_runs[index + 1].First == run.End)
            {
                merged = merged with { End = _runs[index + 1].End };
                runs = runs.Remove(_runs[index + 1]);
            }
        }

        return new(runs.Add(merged), Count + run.Count);
    }

    /// <summary>Checks order, gaps and count.</summary>
    public void AssertInvariants(GranuleRun all)
    {
        ulong count = 0;
        ulong? end = null;
        foreach (var run in _runs)
        {
            Invariant.Holds(run.Count > 0 && run.First >= all.First && run.End <= all.End);
            Invariant.Holds(end is null || run.First > end);
            (count, end) = (count + run.Count, run.End);
        }

        Invariant.Holds(count == Count);
    }

    private static ulong RoundUp(ulong value, ulong alignment) => (value + alignment - 1) & ~(alignment - 1);

    private int IndexAtOrBefore(ulong granule)
    {
        var index = _runs.IndexOf(new GranuleRun(granule, granule));
        return index >= 0 ? index : ~index - 1;
    }
}
