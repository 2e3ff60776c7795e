using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.InteropServices;
using DmaGrains.Model.Memory;

namespace DmaGrains.Model.Translation;

/// <summary>A pool of memory for copies of data that devices do not reach. Immutable; <see cref="BounceRegion"/> takes slots and gives them back.</summary>
/// <remarks>
/// Source: kernel/dma/swiotlb.c. A pool is divided into areas, each with a place of its own at which searches begin. Invariant: no slot has
/// two owners, used + free = all slots, no bounce leaves its set; an area has whole sets, so no bounce leaves its area.
/// </remarks>
public sealed class SwiotlbPool
{
    /// <summary>Bytes in a slot.</summary>
    public const uint SlotBytes = 2048;

    /// <summary>Slots in a set; no bounce is longer.</summary>
    public const int SlotsPerSet = SlotSet.Count;

    /// <summary>Bytes in a set.</summary>
    public const uint SetBytes = SlotBytes * SlotsPerSet;

    /// <summary>The largest pool of this model: 1 GiB.</summary>
    public const ulong SizeBytesMax = 1UL << 30;

    internal const string PoolField = "BouncePool";

    private SwiotlbPool(
        int slotCount, int areaCount, ImmutableArray<UInt128> used, ImmutableSortedDictionary<int, BounceSlots> bounces)
    {
        SlotCount = slotCount;
        AreaCount = areaCount;
        Used = used;
        BouncesBySlot = bounces;
    }

    /// <summary>Slots in the pool.</summary>
    public int SlotCount { get; }

    /// <summary>Areas of the pool, a power of two.</summary>
    public int AreaCount { get; }

    /// <summary>Slots in each area.</summary>
    public int AreaSlotCount => SlotCount / AreaCount;

    /// <summary>Slots in use.</summary>
    public int UsedSlotCount { get; private init; }

    /// <summary>Bounces made since the start.</summary>
    public ulong BounceCount => State.BounceCount;

    /// <summary>Bytes of data bounced since the start.</summary>
    public ulong BouncedBytes => State.BouncedBytes;

    /// <summary>The bounces that hold slots, in slot order.</summary>
    public IEnumerable<BounceSlots> Bounces => BouncesBySlot.Values;

    /// <summary>The state to store, in addition to the size and <see cref="Bounces"/>.</summary>
    public SwiotlbPoolState State { get; private init; }

    /// <summary>The used slots, set by set; slots of the last set beyond the pool's end always count as used.</summary>
    internal ImmutableArray<UInt128> Used { get; }

    internal ImmutableSortedDictionary<int, BounceSlots> BouncesBySlot { get; }

    /// <summary>Creates an unused pool in a region of memory.</summary>
    /// <param name="sizeBytes">Bytes; only whole slots are used.</param>
    /// <param name="areaCount">Areas.</param>
    /// <returns>As <see cref="Check"/> and <see cref="CheckAreas"/>.</returns>
    /// <remarks>Source: kernel/dma/swiotlb.c, rmem_swiotlb_device_init: a last set of fewer slots is used as far as it goes.</remarks>
    public static DmaResult<SwiotlbPool> Over(ulong sizeBytes, int areaCount = 1) => (Check(sizeBytes) ?? CheckAreas(sizeBytes, areaCount)) is { } refusal
        ? DmaResult.Refuse<SwiotlbPool>(refusal)
        : DmaResult.Grant(Unused((int)(sizeBytes / SlotBytes), areaCount));

    /// <summary>Null when a pool can have that size.</summary>
    /// <returns>EINVAL below <see cref="SlotBytes"/>, ENOSPC above <see cref="SizeBytesMax"/>, both naming BouncePool.</returns>
    /// <remarks>The only place that decides this.</remarks>
    public static Refusal? Check(ulong sizeBytes) => sizeBytes is >= SlotBytes and <= SizeBytesMax
        ? null
        : new(
            sizeBytes < SlotBytes ? Errno.EINVAL : Errno.ENOSPC, null, PoolField, sizeBytes, SizeBytesMax,
            $"A bounce pool of {sizeBytes} bytes: expected {SlotBytes} to {SizeBytesMax}.");

    /// <summary>Null when a pool can have so many areas.</summary>
    /// <param name="sizeBytes">The pool's bytes.</param>
    /// <param name="areaCount">The areas.</param>
    /// <returns>EINVAL naming Areas when it is not a power of two, or when several areas would not have whole sets.</returns>
    /// <remarks>
    /// Source: kernel/dma/swiotlb.c, swiotlb_adjust_nareas, round_up_default_nslabs and limit_nareas: the kernel rounds both numbers up to powers
    /// of two, and an area is never shorter than a set. The only place that decides this.
    /// </remarks>
    public static Refusal? CheckAreas(ulong sizeBytes, int areaCount) =>
        areaCount < 1 || !BitOperations.IsPow2(areaCount)
            ? new(Errno.EINVAL, null, nameof(MemoryRegionLayout.Areas), null, null, $"{areaCount} areas: expected a power of two.")
            : areaCount == 1 || sizeBytes % ((ulong)areaCount * SetBytes) == 0
                ? null
                : new(
                    Errno.EINVAL, null, nameof(MemoryRegionLayout.Areas), (ulong)areaCount, null,
                    $"{sizeBytes} bytes in {areaCount} areas: expected a multiple of {SetBytes} bytes in each.");

    /// <summary>Restores a stored pool: the free slots follow from the bounces.</summary>
    /// <param name="sizeBytes">As for <see cref="Over"/>.</param>
    /// <param name="state">The stored state.</param>
    /// <param name="bounces">The bounces that hold slots, in any order.</param>
    /// <param name="areaCount">As for <see cref="Over"/>.</param>
    /// <exception cref="InvalidOperationException">They do not fit together.</exception>
    public static SwiotlbPool Restore(ulong sizeBytes, SwiotlbPoolState state, IEnumerable<BounceSlots> bounces, int areaCount = 1)
    {
        var fresh = Over(sizeBytes, areaCount).Value;
        var used = fresh.Used.ToArray();
        var bySlot = fresh.BouncesBySlot.ToBuilder();
        foreach (var bounce in bounces)
        {
            Invariant.Holds(bySlot.TryAdd(bounce.FirstSlot, bounce) && bounce.FirstSlot < fresh.SlotCount);
            used[bounce.FirstSlot / SlotsPerSet] |= SlotSet.Run(bounce.FirstSlot % SlotsPerSet, bounce.SlotCount);
        }

        var pool = fresh.With(used, bySlot.ToImmutable(), state, bySlot.Values.Sum(bounce => bounce.SlotCount));
        pool.AssertInvariants();
        return pool;
    }

    /// <summary>The longest bounce that is guaranteed to a device, in bytes.</summary>
    /// <param name="minAlignMask">Address bits that a bounce must keep (2^k-1; NVMe 0xfff); else 0.</param>
    /// <remarks>Source: swiotlb_max_mapping_size.</remarks>
    public static ulong LongestBounceBytes(uint minAlignMask) =>
        SetBytes - Math.Min(SetBytes, ((ulong)minAlignMask + SlotBytes - 1) / SlotBytes * SlotBytes);

    /// <summary>Checks that the used slots are exactly those of the bounces.</summary>
    public void AssertInvariants()
    {
        var used = Unused(SlotCount, AreaCount).Used.ToArray();
        foreach (var (first, bounce) in BouncesBySlot)
        {
            Invariant.Holds(first == bounce.FirstSlot && bounce.SlotCount > 0);
            Invariant.Holds((first % SlotsPerSet) + bounce.SlotCount <= SlotsPerSet);
            var run = SlotSet.Run(first % SlotsPerSet, bounce.SlotCount);
            Invariant.Holds((used[first / SlotsPerSet] & run) == 0);
            used[first / SlotsPerSet] |= run;
        }

        Invariant.Holds(Used.AsSpan().SequenceEqual(used));
        Invariant.Holds(UsedSlotCount == BouncesBySlot.Values.Sum(bounce => bounce.SlotCount));
        Invariant.Holds(State.Later.Slots.Length < AreaCount);
        Invariant.Holds(State.NextSlot >= 0 && State.NextSlot < AreaSlotCount);
        Invariant.Holds(State.Later.Slots.All(next => next >= 0 && next < AreaSlotCount));
    }

    /// <summary>The pool with other contents.</summary>
    internal SwiotlbPool With(
        UInt128[] used, ImmutableSortedDictionary<int, BounceSlots> bounces, SwiotlbPoolState state, int usedSlotCount) =>
        new(SlotCount, AreaCount, ImmutableCollectionsMarshal.AsImmutableArray(used), bounces)
        {
            UsedSlotCount = usedSlotCount,
            State = state,
        };

    private static SwiotlbPool Unused(int slotCount, int areaCount)
    {
        var used = new UInt128[(slotCount + SlotsPerSet - 1) / SlotsPerSet];
        var slotsOfLast = slotCount % SlotsPerSet;
        used[^1] = slotsOfLast == 0 ? 0 : SlotSet.Run(slotsOfLast, SlotsPerSet - slotsOfLast);
        return new(
            slotCount, areaCount, ImmutableCollectionsMarshal.AsImmutableArray(used), ImmutableSortedDictionary<int, BounceSlots>.Empty);
    }
}
