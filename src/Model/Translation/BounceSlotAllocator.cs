using System.Collections.Immutable;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Model.Translation;

/// <summary>Makes several changes to a pool's slots, copying the pool only once.</summary>
internal sealed class BounceSlotAllocator
{
    private const string PoolField = SwiotlbPool.PoolField;

    private readonly SwiotlbPool _pool;
    private readonly int _pageOrder;
    private readonly UInt128[] _used;
    private readonly ImmutableSortedDictionary<int, BounceSlots>.Builder _bounces;
    private SwiotlbPoolState _state;
    private int _usedSlotCount;

    /// <param name="pool">The pool.</param>
    /// <param name="pageOrder">The kernel's page order: a bounce of a page or more starts on a page.</param>
    public BounceSlotAllocator(SwiotlbPool pool, int pageOrder = 0)
    {
        _pool = pool;
        _pageOrder = pageOrder;
        _used = pool.Used.ToArray();
        _bounces = pool.BouncesBySlot.ToBuilder();
        _state = pool.State;
        _usedSlotCount = pool.UsedSlotCount;
    }

    /// <summary>Takes slots for a bounce; a refusal changes nothing.</summary>
    /// <param name="lengthBytes">Bytes, 1 or more.</param>
    /// <param name="address">Where the data is; only the bits of <paramref name="minAlignMask"/> count.</param>
    /// <param name="minAlignMask">Address bits that the bounce must keep (2^k-1; NVMe 0xfff); else 0.</param>
    /// <returns>
    /// EINVAL naming LengthBytes (0) or MinAlignMask (holes); EIO naming LengthBytes (too long for any bounce) or BouncePool (no room now),
    /// as the direct path answers.
    /// </returns>
    /// <remarks>The only place that takes slots. <paramref name="minAlignMask"/> is for devices that state one; none does yet.</remarks>
    public DmaResult<BounceSlots> TakeSlots(ulong lengthBytes, PhysicalAddress address = default, uint minAlignMask = 0)
    {
        if (Check(lengthBytes, minAlignMask) is { } refusal)
        {
            return DmaResult.Refuse<BounceSlots>(refusal);
        }

        var offset = address.Value & minAlignMask & (SwiotlbPool.SlotBytes - 1);
        var slots = (int)((lengthBytes + offset + SwiotlbPool.SlotBytes - 1) / SwiotlbPool.SlotBytes);
        if (Find(slots, StartsIn(lengthBytes + offset, address, minAlignMask)) is not { } first)
        {
            return DmaResult.Refuse<BounceSlots>(Full(lengthBytes));
        }

        var bounce = new BounceSlots(first, slots, lengthBytes);
        _used[first / SwiotlbPool.SlotsPerSet] |= RunOf(bounce);
        _bounces.Add(first, bounce);
        _usedSlotCount += slots;
        _state = new((first + slots) % _pool.SlotCount, _state.BounceCount + 1, _state.BouncedBytes + lengthBytes);
        return DmaResult.Grant(bounce);
    }

    /// <summary>Gives a bounce's slots back; null when done.</summary>
    /// <returns>EINVAL naming BouncePool when the pool does not hold this bounce.</returns>
    public Refusal? GiveBackSlots(BounceSlots bounce)
    {
        if (!_bounces.TryGetValue(bounce.FirstSlot, out var held) || held != bounce)
        {
            return Refusal.Of(
                Errno.EINVAL, PoolField, $"No bounce of {bounce.SlotCount} slots is held at slot {bounce.FirstSlot}.");
        }

        _used[bounce.FirstSlot / SwiotlbPool.SlotsPerSet] &= ~RunOf(bounce);
        _bounces.Remove(bounce.FirstSlot);
        _usedSlotCount -= bounce.SlotCount;
        return null;
    }

    /// <summary>The changed pool; the allocator must not be used afterwards.</summary>
    public SwiotlbPool ToPool() => _pool.With(_used, _bounces.ToImmutable(), _state, _usedSlotCount);

    private static UInt128 RunOf(BounceSlots bounce) =>
        SlotSet.Run(bounce.FirstSlot % SwiotlbPool.SlotsPerSet, bounce.SlotCount);

    private static Refusal? Check(ulong lengthBytes, uint minAlignMask)
    {
        if (lengthBytes == 0)
        {
            return Refusal.Of(Errno.EINVAL, "LengthBytes", "A bounce needs at least 1 byte.");
        }

        if (!DmaConstraints.IsWholeMask(minAlignMask))
        {
            return new(
                Errno.EINVAL, null, "MinAlignMask", null, minAlignMask,
                $"Alignment mask 0x{minAlignMask:x} has holes: expected 2^k-1.");
        }

        var longest = SwiotlbPool.LongestBounceBytes(minAlignMask);
        return lengthBytes <= longest
            ? null
            : new(
                Errno.EIO, null, "LengthBytes", lengthBytes, longest,
                $"{lengthBytes} bytes are to be bounced in one piece: expected at most {longest}.");
    }

    /// <summary>
    /// The slots of a set at which a bounce may start: those that keep the address bits, or without such bits, page starts for a bounce of
    /// a page or more.
    /// </summary>
    private UInt128 StartsIn(ulong sizeBytes, PhysicalAddress address, uint minAlignMask)
    {
        var kept = (minAlignMask & (SwiotlbPool.SetBytes - 1)) / SwiotlbPool.SlotBytes;
        if (kept == 0)
        {
            return sizeBytes >= Page.SizeOf(_pageOrder) ? SlotSet.PageStarts(_pageOrder) : UInt128.MaxValue;
        }

        var starts = UInt128.Zero;
        for (var slot = (int)((address.Value / SwiotlbPool.SlotBytes) & kept); slot < SwiotlbPool.SlotsPerSet; slot += (int)kept + 1)
        {
            starts |= UInt128.One << slot;
        }

        return starts;
    }

    /// <summary>Searches from the end of the last search to the end of the pool, then from its start.</summary>
    private int? Find(int slots, UInt128 starts)
    {
        var (startSet, startSlot) = Math.DivRem(_state.NextSlot, SwiotlbPool.SlotsPerSet);
        for (var step = 0; step <= _used.Length; step++)
        {
            var set = (startSet + step) % _used.Length;
            var allowed = step == 0 ? starts & (UInt128.MaxValue << startSlot) : starts;
            if (SlotSet.FindFree(_used[set], slots, allowed) is { } first)
            {
                return (set * SwiotlbPool.SlotsPerSet) + first;
            }
        }

        return null;
    }

    private Refusal Full(ulong lengthBytes)
    {
        var longest = (ulong)_used.Max(SlotSet.LongestFree) * SwiotlbPool.SlotBytes;
        return new(
            Errno.EIO, null, PoolField, lengthBytes, longest,
            $"The bounce pool is full: {lengthBytes} bytes are needed, the longest free run has {longest}; "
            + $"{_usedSlotCount} of {_pool.SlotCount} slots are used.");
    }
}
