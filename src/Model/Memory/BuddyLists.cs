using System.Collections.Immutable;
using System.Numerics;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Model.Memory;

/// <summary>
/// The free blocks of a zone of the page allocator: for each order a list of naturally aligned blocks of 2^order pages. Immutable: every
/// change gives a new value.
/// </summary>
/// <remarks>
/// A board's memory does not keep lists: of several blocks of an order it takes the lowest in some run (<see cref="Placement"/>), which is
/// what lists give as long as nothing is freed. Source: mm/page_alloc.c of 7.3.4, __rmqueue_smallest, page_del_and_expand, __free_one_page, with one list for each order: without migrate
/// types, lists of CPUs, watermarks and reclaim. Invariant: blocks do not overlap, and no block has its neighbour beside it in the same list.
/// </remarks>
public sealed class BuddyLists
{
    private readonly int _orderMax;
    private readonly ImmutableArray<ImmutableSortedDictionary<long, ulong>> _lists;
    private readonly ImmutableDictionary<ulong, (int Order, long Place)> _blocks;

    /// <summary>What was put in last is before all others, or behind them, so no place is used twice.</summary>
    private readonly long _placed;

    private BuddyLists(
        int orderMax, ImmutableArray<ImmutableSortedDictionary<long, ulong>> lists, ImmutableDictionary<ulong, (int Order, long Place)> blocks, long placed) =>
        (_orderMax, _lists, _blocks, _placed) = (orderMax, lists, blocks, placed);

    /// <summary>The free blocks of each order, head first.</summary>
    public IEnumerable<IEnumerable<ulong>> Lists => _lists.Select(list => list.Values);

    /// <summary>The number of free pages.</summary>
    public ulong FreePageCount => _blocks.Values.Aggregate(0UL, (sum, block) => sum + (1UL << block.Order));

    /// <summary>The lists after boot (memblock_free_all): each range is cut from its start into the largest aligned blocks that fit.</summary>
    /// <param name="ranges">Free pages, in address order; they neither overlap nor touch.</param>
    /// <param name="orderMax">The largest order of a block.</param>
    public static BuddyLists AfterBoot(IEnumerable<PageExtent> ranges, int orderMax)
    {
        var lists = new BuddyLists(
            orderMax,
            [.. Enumerable.Repeat(ImmutableSortedDictionary<long, ulong>.Empty, orderMax + 1)],
            ImmutableDictionary<ulong, (int Order, long Place)>.Empty,
            0);
        return ranges.SelectMany(range => BlocksOf(range, orderMax)).Aggregate(lists, (free, block) => free.Give(block.FirstPfn, block.Order, isBoot: true));
    }

    /// <summary>A range cut from its start into the largest aligned blocks that fit.</summary>
    /// <param name="range">Pages.</param>
    /// <param name="orderMax">The largest order of a block.</param>
    public static IEnumerable<(ulong FirstPfn, int Order)> BlocksOf(PageExtent range, int orderMax)
    {
        for (var first = range.FirstPfn; first < range.EndPfn;)
        {
            var order = Math.Min(Math.Min(orderMax, BitOperations.TrailingZeroCount(first)), BitOperations.Log2(range.EndPfn - first));
            yield return (first, order);
            first += 1UL << order;
        }
    }

    /// <summary>The blocks of one order when a range is cut so, in address order.</summary>
    /// <param name="range">Pages.</param>
    /// <param name="order">The order, up to the largest.</param>
    /// <param name="orderMax">The largest order of a block.</param>
    public static IEnumerable<ulong> BlocksOf(PageExtent range, int order, int orderMax)
    {
        var pages = 1UL << order;
        var first = (range.FirstPfn + pages - 1) & ~(pages - 1);
        if (order == orderMax)
        {
            for (; first + pages <= range.EndPfn; first += pages)
            {
                yield return first;
            }

            yield break;
        }

        // Towards the largest order each block occurs at most once, and at most once on the way back.
        if ((first & pages) != 0 && first + pages <= range.EndPfn)
        {
            yield return first;
        }

        var last = range.EndPfn & ~((2 * pages) - 1);
        if ((range.EndPfn & pages) != 0 && last >= range.FirstPfn)
        {
            yield return last;
        }
    }

    /// <summary>Takes a block: the head of the shortest list that serves, of which the lower half is kept and the upper becomes a head.</summary>
    /// <param name="order">0 to the largest order.</param>
    /// <returns>The block's first page, a multiple of 2^order; null when no list serves.</returns>
    public (BuddyLists Next, ulong? FirstPfn) Take(int order)
    {
        var from = order;
        while (from <= _orderMax && _lists[from].IsEmpty)
        {
            from++;
        }

        if (from > _orderMax)
        {
            return (this, null);
        }

        var first = _lists[from].First().Value;
        var next = Without(first);
        while (from > order)
        {
            from--;
            next = next.With(first + (1UL << from), from, toTail: false);
        }

        return (next, first);
    }

    /// <summary>Gives back a block, joined with its neighbours as far as these are free.</summary>
    /// <param name="firstPfn">A multiple of 2^order, none of whose pages is free.</param>
    /// <param name="order">0 to the largest order.</param>
    public BuddyLists Give(ulong firstPfn, int order) => Give(firstPfn, order, isBoot: false);

    /// <summary>Checks the invariants.</summary>
    public void AssertInvariants()
    {
        Invariant.Holds(_lists.Sum(list => list.Count) == _blocks.Count);
        var end = 0UL;
        foreach (var (first, (order, place)) in _blocks.OrderBy(block => block.Key))
        {
            Invariant.Holds(first >= end && (first & ((1UL << order) - 1)) == 0 && _lists[order][place] == first);
            Invariant.Holds(order == _orderMax || !IsFree(first ^ (1UL << order), order));
            end = first + (1UL << order);
        }
    }

    private BuddyLists Give(ulong firstPfn, int order, bool isBoot)
    {
        var next = this;
        while (order < _orderMax && next.IsFree(firstPfn ^ (1UL << order), order))
        {
            next = next.Without(firstPfn ^ (1UL << order));
            firstPfn &= ~(1UL << order);
            order++;
        }

        return next.With(firstPfn, order, isBoot || next.IsMergeLikely(firstPfn, order));
    }

    /// <summary>Whether the block may soon become part of a larger one, and is given out late for that (buddy_merge_likely).</summary>
    private bool IsMergeLikely(ulong firstPfn, int order) =>
        order < _orderMax - 1 && IsFree((firstPfn & ~(1UL << order)) ^ (2UL << order), order + 1);

    private bool IsFree(ulong firstPfn, int order) => _blocks.TryGetValue(firstPfn, out var block) && block.Order == order;

    private BuddyLists Without(ulong firstPfn)
    {
        var (order, place) = _blocks[firstPfn];
        return new(_orderMax, _lists.SetItem(order, _lists[order].Remove(place)), _blocks.Remove(firstPfn), _placed);
    }

    private BuddyLists With(ulong firstPfn, int order, bool toTail)
    {
        var placed = _placed + 1;
        var place = toTail ? placed : -placed;
        return new(_orderMax, _lists.SetItem(order, _lists[order].Add(place, firstPfn)), _blocks.Add(firstPfn, (order, place)), placed);
    }
}
