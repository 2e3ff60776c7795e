using System.Collections.Immutable;
using System.Numerics;

namespace DmaGrains.Model.Translation;

/// <summary>The freed ranges that one CPU keeps for later requests of the same size. They stay taken in the address space. Immutable.</summary>
/// <remarks>Source: drivers/iommu/iova.c, iova_rcache_insert, __iova_rcache_get, free_iova_rcaches of Linux 7.3.4; one CPU.</remarks>
internal sealed class IovaCaches
{
    /// <summary>The most granules of a range that is kept, a power of two (2^(IOVA_RANGE_CACHE_MAX_SIZE - 1)).</summary>
    public const ulong CountMax = 32;

    /// <summary>The most ranges in a stack (IOVA_MAG_SIZE).</summary>
    public const int StackMax = 127;

    private readonly ImmutableArray<IovaCache> _orders;

    private IovaCaches(ImmutableArray<IovaCache> orders) => _orders = orders;

    /// <summary>Caches that keep nothing.</summary>
    public static IovaCaches Empty { get; } = new([.. Enumerable.Repeat(IovaCache.Empty, BitOperations.Log2(CountMax) + 1)]);

    /// <summary>The stored state: a row for each stack that has something.</summary>
    public ImmutableArray<IovaMagazine> State =>
        [.. _orders.SelectMany((cache, order) => cache.Stacks.Select(stack => new IovaMagazine(order, stack.Place, [.. stack.Firsts])))];

    /// <summary>All ranges that are kept, in the order in which they are given back to the address space.</summary>
    public IEnumerable<GranuleRun> Runs => _orders
        .SelectMany((cache, order) => cache.Held.Select(first => (order, first)))
        .Concat(_orders.SelectMany((cache, order) => cache.Stored.SelectMany(stack => stack).Select(first => (order, first))))
        .Select(kept => new GranuleRun(kept.first, kept.first + (1UL << kept.order)));

    /// <summary>Restores stored caches.</summary>
    public static IovaCaches Restore(ImmutableArray<IovaMagazine> state) => state.IsDefaultOrEmpty
        ? Empty
        : new([.. Empty._orders.Select((_, order) => IovaCache.Restore(state.Where(stack => stack.Order == order)))]);

    /// <summary>Whether a range of so many granules is kept.</summary>
    public static bool IsKept(ulong count) => count <= CountMax && BitOperations.IsPow2(count);

    /// <summary>Keeps a range.</summary>
    public IovaCaches Push(GranuleRun run)
    {
        var order = BitOperations.Log2(run.Count);
        return new(_orders.SetItem(order, _orders[order].Push(run.First)));
    }

    /// <summary>Takes the newest range of that many granules that ends below <paramref name="end"/>; null when the stack looked at has none.</summary>
    /// <param name="count">Granules.</param>
    /// <param name="end">The granule after the last one allowed.</param>
    public (IovaCaches Next, ulong? First) Take(ulong count, ulong end)
    {
        if (!IsKept(count) || end < count)
        {
            return (this, null);
        }

        var order = BitOperations.Log2(count);
        var (cache, first) = _orders[order].Take(end - count);
        return (ReferenceEquals(cache, _orders[order]) ? this : new(_orders.SetItem(order, cache)), first);
    }
}
