using System.Collections.Immutable;
using DmaGrains.Model.Memory;

namespace DmaGrains.Model.Translation;

/// <summary>A board's bounce pools: that of all devices, and those of some alone.</summary>
/// <param name="Common">The pool of devices without one of their own; null when there is none.</param>
/// <param name="Restricted">The pools of some devices alone, in the board's order.</param>
/// <remarks>Source: kernel/dma/swiotlb.c, io_tlb_default_mem, and rmem_swiotlb_device_init, which gives a device its own.</remarks>
internal sealed record BouncePools(BounceRegion? Common, ImmutableArray<BounceRegion> Restricted)
{
    /// <summary>Creates pools in which nothing is bounced.</summary>
    /// <param name="common">The region of the pool of all devices, or null.</param>
    /// <param name="restricted">The regions of the others.</param>
    public static BouncePools Create(MemoryRegionLayout? common, ImmutableArray<MemoryRegionLayout> restricted) =>
        new(common is null ? null : BounceRegion.Create(common), [.. restricted.Select(BounceRegion.Create)]);

    /// <summary>Restores stored pools; <see cref="AssertHold"/> says whether they fit what is held.</summary>
    /// <param name="common">As for <see cref="Create"/>.</param>
    /// <param name="restricted">As for <see cref="Create"/>.</param>
    /// <param name="state">Their stored state.</param>
    public static BouncePools Restore(MemoryRegionLayout? common, ImmutableArray<MemoryRegionLayout> restricted, DmaTranslationState state)
    {
        Invariant.Holds(common is null == state.Pool is null && restricted.Length == state.RestrictedPools.Length);
        var bounced = state.Held.SelectMany(held => held.Mapped.Bounces).ToList();
        return new(
            common is null ? null : BounceRegion.Restore(common, state.Pool!.Value, Of(common)),
            [.. restricted.Zip(state.RestrictedPools, (layout, pool) => BounceRegion.Restore(layout, pool, Of(layout)))]);

        IEnumerable<BounceSlots> Of(MemoryRegionLayout layout) => bounced.Where(entry => IsIn(layout, entry)).Select(entry => entry.Slots);
    }

    private IEnumerable<BounceRegion> All => Common is null ? Restricted : Restricted.Prepend(Common);

    /// <summary>The pool of a request: the device's own, or that of all; null when there is none.</summary>
    /// <remarks>The only place that chooses the pool.</remarks>
    public BounceRegion? For(DmaMapRequest request) =>
        request.Pool is { } name ? Restricted.FirstOrDefault(pool => pool.Layout.Name == name) : Common;

    /// <summary>The pools, of which one is as it is now.</summary>
    /// <param name="pool">The pool.</param>
    public BouncePools With(BounceRegion pool) => Common?.Layout == pool.Layout
        ? this with { Common = pool }
        : this with { Restricted = [.. Restricted.Select(known => known.Layout == pool.Layout ? pool : known)] };

    /// <summary>Gives back the slots of a mapping, which are all of one pool.</summary>
    public BouncePools Unmap(ImmutableArray<BouncedEntry> bounced) =>
        bounced.IsEmpty ? this : With(All.First(pool => IsIn(pool.Layout, bounced[0])).Unmap(bounced));

    /// <summary>Checks that the pools hold what mappings hold of them, and no more.</summary>
    /// <param name="held">All that mappings hold.</param>
    public void AssertHold(IReadOnlyCollection<BouncedEntry> held)
    {
        var counted = 0;
        foreach (var pool in All)
        {
            var its = held.Where(entry => IsIn(pool.Layout, entry)).ToList();
            pool.AssertHold(its);
            counted += its.Count;
        }

        Invariant.Holds(counted == held.Count);
    }

    /// <summary>Regions share no page, so an address is in one pool.</summary>
    private static bool IsIn(MemoryRegionLayout layout, BouncedEntry entry) =>
        entry.Address.Value >= layout.Range.Address.Value && entry.Address.Value - layout.Range.Address.Value < layout.Range.SizeBytes;
}
