using System.Collections.Immutable;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Model.Translation;

/// <summary>Makes several changes to a pool's slots, copying the pool only once.</summary>
public sealed class BounceSlotAllocator
{
    private const string PoolField = SwiotlbPool.PoolField;

    private readonly SwiotlbPool _pool;
    private readonly PhysicalAddress _start;
    private readonly int _pageOrder;
    private readonly UInt128[] _used;
    private readonly ImmutableSortedDictionary<int, BounceSlots>.Builder _bounces;
    private SwiotlbPoolState _state;
    private int _usedSlotCount;

    /// <param name="pool">The pool.</param>
    /// <param name="start">Its first address, on a page.</param>
    /// <param name="pageOrder">The kernel's page order: a bounce of a page or more starts on a page.</param>
    public BounceSlotAllocator(SwiotlbPool pool, PhysicalAddress start = default, int pageOrder = 0)
    {
        (_pool, _start, _pageOrder) = (pool, start, pageOrder);
        _used = pool.Used.ToArray();
        _bounces = pool.BouncesBySlot.ToBuilder();
        _state = pool.State;
        _usedSlotCount = pool.UsedSlotCount;
    }

    /// <summary>Takes slots for a bounce; a refusal changes nothing.</summary>
    /// <returns>
    /// EINVAL naming LengthBytes (0), BoundaryMask, MinAlignMask or AllocAlignMask (holes); EIO naming LengthBytes (too long for any bounce)
    /// or BouncePool (no room now), as the direct path answers.
    /// </returns>
    /// <remarks>The only place that takes slots.</remarks>
    public DmaResult<BounceSlots> TakeSlots(BounceRequest request)
    {
        if (Check(request) is { } refusal)
        {
            return DmaResult.Refuse<BounceSlots>(refusal);
        }

        var slots = (int)request.SlotCount;
        if (slots > _pool.SlotCount - _usedSlotCount || Find(slots, request) is not { } first)
        {
            return DmaResult.Refuse<BounceSlots>(Full(request.LengthBytes));
        }

        var bounce = new BounceSlots(first, slots, request.LengthBytes);
        _used[first / SwiotlbPool.SlotsPerSet] |= RunOf(bounce);
        _bounces.Add(first, bounce);
        _usedSlotCount += slots;
        _state = (_state with { BounceCount = _state.BounceCount + 1, BouncedBytes = _state.BouncedBytes + request.LengthBytes })
            .WithNext(first / _pool.AreaSlotCount, (first + slots) % _pool.AreaSlotCount);
        return DmaResult.Grant(bounce);
    }

    /// <summary>
    /// Gives back what a map took before it was refused: the slots and the counts, but not the places at which the next searches begin.
    /// </summary>
    /// <param name="taken">The bounces that it took.</param>
    public void Undo(IEnumerable<BounceSlots> taken)
    {
        foreach (var bounce in taken)
        {
            Invariant.Holds(GiveBackSlots(bounce) is null);
        }

        _state = _state with { BounceCount = _pool.BounceCount, BouncedBytes = _pool.BouncedBytes };
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

    private static Refusal? Check(BounceRequest request)
    {
        if (request.LengthBytes == 0)
        {
            return Refusal.Of(Errno.EINVAL, "LengthBytes", "A bounce needs at least 1 byte.");
        }

        if ((CheckMask(nameof(request.BoundaryMask), request.BoundaryMask) ?? CheckMask(nameof(request.MinAlignMask), request.MinAlignMask)
            ?? CheckMask(nameof(request.AllocAlignMask), request.AllocAlignMask)) is { } holes)
        {
            return holes;
        }

        var longest = SwiotlbPool.SetBytes - request.Inside;
        return request.SlotCount <= SwiotlbPool.SlotsPerSet
            ? null
            : new(
                Errno.EIO, null, "LengthBytes", request.LengthBytes, longest,
                $"{request.LengthBytes} bytes are to be bounced in one piece: expected at most {longest}.");
    }

    private static Refusal? CheckMask(string field, ulong mask) => DmaConstraints.IsWholeMask(mask)
        ? null
        : new(Errno.EINVAL, null, field, null, mask, $"Mask 0x{mask:x} has holes: expected 2^k-1.");

    /// <summary>Searches one area after another, as the first CPU does (swiotlb_find_slots, which begins with the area of the CPU that maps).</summary>
    private int? Find(int slots, BounceRequest request)
    {
        for (var area = 0; area < _pool.AreaCount; area++)
        {
            if (Find(area, slots, request) is { } first)
            {
                return first;
            }
        }

        return null;
    }

    /// <summary>
    /// Looks at one slot after another from the end of the area's last search to its end, then from its start, until it has gone as far as
    /// the area is long. From a slot with the right address it goes on by a stride, and such slots are equally far apart.
    /// </summary>
    private int? Find(int area, int slots, BounceRequest request)
    {
        var length = _pool.AreaSlotCount;
        var start = (long)area * length;
        var end = start + length;
        var align = request.AlignMask(_pageOrder);
        var same = request.MinAlignMask & ~align;
        var stride = (long)(Math.Max(align, same) / SwiotlbPool.SlotBytes) + 1;
        var window = (UInt128)(request.BoundaryMask / SwiotlbPool.SlotBytes) + 1;
        var basis = _start.Value & request.BoundaryMask;

        // The right slots: their number, counted from the base, ends in these bits.
        var bits = (align | (request.Address.Value == 0 ? 0 : same)) / SwiotlbPool.SlotBytes;
        var wanted = request.Address.Value / SwiotlbPool.SlotBytes & same / SwiotlbPool.SlotBytes & bits;
        var apart = (stride + bits) / (bits + 1L) * (bits + 1L);
        for (long slot = start + _state.NextIn(area), seen = 0; seen < length;)
        {
            var ahead = (long)(unchecked(wanted - (ulong)slot - (basis / SwiotlbPool.SlotBytes)) & bits);
            (slot, seen) = (slot + ahead, seen + ahead);
            if (slot >= end)
            {
                (slot, seen) = (start, seen - (slot - end));
                continue;
            }

            var set = (int)(slot / SwiotlbPool.SlotsPerSet);
            var setEnd = Math.Min((set + 1L) * SwiotlbPool.SlotsPerSet, end);
            var isWorthALook = SlotSet.FindFree(_used[set], slots, UInt128.MaxValue) is not null;
            while (slot < setEnd && seen < length)
            {
                var place = (int)(slot % SwiotlbPool.SlotsPerSet);
                if (isWorthALook && place + slots <= SwiotlbPool.SlotsPerSet && (_used[set] & SlotSet.Run(place, slots)) == 0
                    && (((UInt128)slot + ((basis + SwiotlbPool.SlotBytes - 1) / SwiotlbPool.SlotBytes)) % window) + (UInt128)slots <= window)
                {
                    return (int)slot;
                }

                // All steps up to the last one of this set at once when it has no room.
                var steps = isWorthALook ? 1 : ((setEnd - 1 - slot) / apart) + 1;
                var left = slot + (steps * apart) < end ? steps * apart : ((steps - 1) * apart) + Math.Max(stride, end - slot - ((steps - 1) * apart));
                (slot, seen) = (slot + left, seen + left);
            }

            if (slot >= end)
            {
                slot = start;
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
