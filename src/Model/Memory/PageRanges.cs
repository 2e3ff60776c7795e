using System.Collections.Immutable;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Model.Memory;

/// <summary>Operations on disjoint ranges of pages, ordered by address.</summary>
internal static class PageRanges
{
    /// <summary>The pages that are in both; adjacent pieces are not merged.</summary>
    public static ImmutableArray<PageExtent> Intersect(ImmutableArray<PageExtent> some, ImmutableArray<PageExtent> others)
    {
        var both = ImmutableArray.CreateBuilder<PageExtent>();
        for (var (index, other) = (0, 0); index < some.Length && other < others.Length;)
        {
            var (first, end) = (
                Math.Max(some[index].FirstPfn, others[other].FirstPfn), Math.Min(some[index].EndPfn, others[other].EndPfn));
            if (first < end)
            {
                both.Add(new(first, end - first));
            }

            if (some[index].EndPfn <= others[other].EndPfn)
            {
                index++;
            }
            else
            {
                other++;
            }
        }

        return both.ToImmutable();
    }

    /// <summary>The ranges reduced to whole kernel pages of an order.</summary>
    public static ImmutableArray<PageExtent> InPages(ImmutableArray<PageExtent> ranges, int pageOrder)
    {
        if (pageOrder == 0)
        {
            return ranges;
        }

        var whole = ImmutableArray.CreateBuilder<PageExtent>();
        foreach (var range in ranges)
        {
            var (first, end) = (Page.RoundUp(range.FirstPfn, pageOrder), Page.RoundDown(range.EndPfn, pageOrder));
            if (first < end)
            {
                whole.Add(new(first, end - first));
            }
        }

        return whole.ToImmutable();
    }

    /// <summary>The parts of a run that lie in the ranges.</summary>
    public static IEnumerable<PageExtent> Within(ImmutableArray<PageExtent> ranges, PageExtent run)
    {
        foreach (var range in ranges)
        {
            var (first, end) = (Math.Max(range.FirstPfn, run.FirstPfn), Math.Min(range.EndPfn, run.EndPfn));
            if (first < end)
            {
                yield return new(first, end - first);
            }
        }
    }
}
