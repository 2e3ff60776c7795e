using System.Collections.Immutable;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Model.Translation;

/// <summary>
/// The memory through which data is copied for devices that do not reach it. Immutable; every change gives a new one.
/// </summary>
/// <remarks>
/// Source: kernel/dma/swiotlb.c with one area. Invariant: no slot has two owners, used + free = all slots, no bounce
/// leaves its set.
/// </remarks>
public sealed class SwiotlbPool
{
    /// <summary>Bytes in a slot.</summary>
    public const uint SlotBytes = 2048;

    /// <summary>Slots in a set; no bounce is longer.</summary>
    public const int SlotsPerSet = SlotSet.Count;

    /// <summary>Bytes in a set.</summary>
    public const uint SetBytes = SlotBytes * SlotsPerSet;

    /// <summary>The kernel's pool when nobody asks for another: 64 MiB.</summary>
    public const ulong DefaultSizeBytes = 64UL << 20;

    /// <summary>The largest pool of this model: 1 GiB.</summary>
    public const ulong SizeBytesMax = 1UL << 30;

    private const string PoolField = "BouncePool";

    /// <summary>The slots in use, set by set.</summary>
    private readonly ImmutableArray<UInt128> _used;
    private readonly ImmutableSortedDictionary<int, BounceSlots> _bounces;

    /// <summary>Where the next search starts: behind the bounce made last.</summary>
    private readonly int _nextSlot;

    private SwiotlbPool(
        ImmutableArray<UInt128> used, ImmutableSortedDictionary<int, BounceSlots> bounces, int nextSlot)
    {
        _used = used;
        _bounces = bounces;
        _nextSlot = nextSlot;
    }

    /// <summary>Slots in the pool.</summary>
    public int SlotCount => _used.Length * SlotsPerSet;

    /// <summary>Slots in use.</summary>
    public int UsedSlotCount { get; private init; }

    /// <summary>Bounces made since the start.</summary>
    public ulong BounceCount { get; private init; }

    /// <summary>Bytes of data bounced since the start, each bounce once.</summary>
    public ulong BouncedBytes { get; private init; }

    /// <summary>The bounces that hold slots, in slot order.</summary>
    public IEnumerable<BounceSlots> Bounces => _bounces.Values;

    /// <summary>An unused pool.</summary>
    /// <param name="sizeBytes">Bytes, rounded up to whole sets as the kernel does.</param>
    /// <returns>EINVAL for 0, ENOSPC above <see cref="SizeBytesMax"/>, both naming BouncePool.</returns>
    public static DmaResult<SwiotlbPool> Create(ulong sizeBytes = DefaultSizeBytes)
    {
        if (sizeBytes is 0 or > SizeBytesMax)
        {
            return DmaResult.Refuse<SwiotlbPool>(new(
                sizeBytes == 0 ? Errno.EINVAL : Errno.ENOSPC, null, PoolField, sizeBytes, SizeBytesMax,
                $"A bounce pool of {sizeBytes} bytes: expected 1 to {SizeBytesMax}."));
        }

        var sets = (int)((sizeBytes + SetBytes - 1) / SetBytes);
        return DmaResult.Grant(new SwiotlbPool(
            [.. Enumerable.Repeat(UInt128.Zero, sets)], ImmutableSortedDictionary<int, BounceSlots>.Empty, 0));
    }

    /// <summary>The longest bounce that a device is promised, in bytes.</summary>
    /// <param name="minAlignMask">Address bits that a bounce must keep (2^k-1; NVMe 0xfff); else 0.</param>
    /// <remarks>Source: swiotlb_max_mapping_size.</remarks>
    public static ulong LongestBounceBytes(uint minAlignMask) =>
        SetBytes - Math.Min(SetBytes, ((ulong)minAlignMask + SlotBytes - 1) / SlotBytes * SlotBytes);

    /// <summary>Takes slots for a bounce.</summary>
    /// <param name="lengthBytes">Bytes, 1 or more.</param>
    /// <param name="address">Where the data is; only the bits of <paramref name="minAlignMask"/> count.</param>
    /// <param name="minAlignMask">Address bits that the bounce must keep (2^k-1; NVMe 0xfff); else 0.</param>
    /// <returns>
    /// EINVAL naming LengthBytes (0) or MinAlignMask (holes); EIO naming LengthBytes (too long for any bounce) or
    /// BouncePool (no room now), as the direct path answers. The pool is then unchanged.
    /// </returns>
    public (SwiotlbPool Next, DmaResult<BounceSlots> Reply) Map(
        ulong lengthBytes, PhysicalAddress address = default, uint minAlignMask = 0)
    {
        if (Check(lengthBytes, minAlignMask) is { } refusal)
        {
            return (this, DmaResult.Refuse<BounceSlots>(refusal));
        }

        var offset = address.Value & minAlignMask & (SlotBytes - 1);
        var slots = (int)((lengthBytes + offset + SlotBytes - 1) / SlotBytes);
        if (Find(slots, StartsIn(lengthBytes + offset, address, minAlignMask)) is not { } first)
        {
            return (this, DmaResult.Refuse<BounceSlots>(Full(lengthBytes)));
        }

        var bounce = new BounceSlots(first, slots, lengthBytes);
        return (With(bounce), DmaResult.Grant(bounce));
    }

    /// <summary>Gives a bounce's slots back.</summary>
    /// <returns>EINVAL naming BouncePool when the pool does not hold this bounce.</returns>
    public DmaResult<SwiotlbPool> Unmap(BounceSlots bounce) =>
        _bounces.TryGetValue(bounce.FirstSlot, out var held) && held == bounce
            ? DmaResult.Grant(new SwiotlbPool(
                WithSet(bounce, (used, run) => used & ~run), _bounces.Remove(bounce.FirstSlot), _nextSlot)
            {
                UsedSlotCount = UsedSlotCount - bounce.SlotCount,
                BounceCount = BounceCount,
                BouncedBytes = BouncedBytes,
            })
            : DmaResult.Refuse<SwiotlbPool>(Refusal.Of(
                Errno.EINVAL, PoolField, $"No bounce of {bounce.SlotCount} slots is held at slot {bounce.FirstSlot}."));

    /// <summary>Checks everything from the ground up: the slots in use are those of the bounces.</summary>
    public void AssertInvariants()
    {
        var used = new UInt128[_used.Length];
        foreach (var (first, bounce) in _bounces)
        {
            var run = SlotSet.Run(first % SlotsPerSet, bounce.SlotCount);
            Invariant.Holds(first == bounce.FirstSlot && (first % SlotsPerSet) + bounce.SlotCount <= SlotsPerSet);
            Invariant.Holds((used[first / SlotsPerSet] & run) == 0);
            used[first / SlotsPerSet] |= run;
        }

        Invariant.Holds(_used.AsSpan().SequenceEqual(used));
        Invariant.Holds(UsedSlotCount == _bounces.Values.Sum(bounce => bounce.SlotCount));
        Invariant.Holds(_nextSlot >= 0 && _nextSlot < SlotCount);
    }

    private static Refusal? Check(ulong lengthBytes, uint minAlignMask)
    {
        if (lengthBytes == 0)
        {
            return Refusal.Of(Errno.EINVAL, "LengthBytes", "A bounce of no bytes cannot be made.");
        }

        if (!DmaConstraints.IsWholeMask(minAlignMask))
        {
            return new(
                Errno.EINVAL, null, "MinAlignMask", null, minAlignMask,
                $"Alignment mask 0x{minAlignMask:x} has holes: expected 2^k-1.");
        }

        var longest = LongestBounceBytes(minAlignMask);
        return lengthBytes <= longest
            ? null
            : new(
                Errno.EIO, null, "LengthBytes", lengthBytes, longest,
                $"{lengthBytes} bytes are to be bounced in one piece: expected at most {longest}.");
    }

    /// <summary>
    /// The slots of a set at which a bounce may start: those that keep the address bits; where none must be kept, page
    /// starts for a page or more.
    /// </summary>
    private static UInt128 StartsIn(ulong sizeBytes, PhysicalAddress address, uint minAlignMask)
    {
        var kept = (minAlignMask & (SetBytes - 1)) / SlotBytes;
        var stride = kept != 0 ? kept + 1 : sizeBytes >= Page.SizeBytes ? Page.SizeBytes / SlotBytes : 1;
        var starts = UInt128.Zero;
        for (var slot = (int)((address.Value / SlotBytes) & kept); slot < SlotsPerSet; slot += (int)stride)
        {
            starts |= UInt128.One << slot;
        }

        return starts;
    }

    /// <summary>From where the last search ended to the end of the pool, then from its start.</summary>
    private int? Find(int slots, UInt128 starts)
    {
        var (startSet, startSlot) = Math.DivRem(_nextSlot, SlotsPerSet);
        for (var step = 0; step <= _used.Length; step++)
        {
            var set = (startSet + step) % _used.Length;
            var allowed = step == 0 ? starts & (UInt128.MaxValue << startSlot) : starts;
            if (SlotSet.FindFree(_used[set], slots, allowed) is { } first)
            {
                return (set * SlotsPerSet) + first;
            }
        }

        return null;
    }

    private SwiotlbPool With(BounceSlots bounce) => new(
        WithSet(bounce, (used, run) => used | run),
        _bounces.Add(bounce.FirstSlot, bounce),
        (bounce.FirstSlot + bounce.SlotCount) % SlotCount)
    {
        UsedSlotCount = UsedSlotCount + bounce.SlotCount,
        BounceCount = BounceCount + 1,
        BouncedBytes = BouncedBytes + bounce.LengthBytes,
    };

    private ImmutableArray<UInt128> WithSet(BounceSlots bounce, Func<UInt128, UInt128, UInt128> change)
    {
        var (set, slot) = Math.DivRem(bounce.FirstSlot, SlotsPerSet);
        return _used.SetItem(set, change(_used[set], SlotSet.Run(slot, bounce.SlotCount)));
    }

    private Refusal Full(ulong lengthBytes)
    {
        var longest = (ulong)_used.Max(SlotSet.LongestFree) * SlotBytes;
        return new(
            Errno.EIO, null, PoolField, lengthBytes, longest,
            $"The bounce pool is full: {lengthBytes} bytes are needed, the longest free run has {longest}; "
            + $"{UsedSlotCount} of {SlotCount} slots are used.");
    }
}
