using System.Collections.Immutable;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Model.Translation;

/// <summary>A bounce pool in a memory region.</summary>
/// <param name="Layout">The region; all its whole slots belong to the pool.</param>
/// <param name="Pool">Which slots are in use.</param>
internal sealed record BounceRegion(MemoryRegionLayout Layout, SwiotlbPool Pool)
{
    /// <summary>Creates a pool in which nothing is bounced.</summary>
    /// <param name="layout">At most <see cref="SwiotlbPool.SizeBytesMax"/> long.</param>
    public static BounceRegion Create(MemoryRegionLayout layout) => new(layout, SwiotlbPool.Over(layout.Range.SizeBytes, layout.AreaCount).Value);

    /// <summary>Restores a stored pool.</summary>
    public static BounceRegion Restore(MemoryRegionLayout layout, SwiotlbPoolState state, IEnumerable<BounceSlots> bounces) =>
        new(layout, SwiotlbPool.Restore(layout.Range.SizeBytes, state, bounces, layout.AreaCount));

    /// <summary>The address of a bounce's copy.</summary>
    public PhysicalAddress AddressOf(BounceSlots slots) =>
        new(Layout.Range.Address.Value + ((ulong)slots.FirstSlot * SwiotlbPool.SlotBytes));

    /// <summary>The first entry that a device does not reach as a whole; null when it reaches all.</summary>
    public static SgEntry? FirstBeyond(SgTable table, DmaReach reach)
    {
        for (var link = 0; link < table.LinkCount; link++)
        {
            foreach (ref readonly var entry in table.Link(link))
            {
                if (IsBeyond(entry, reach))
                {
                    return entry;
                }
            }
        }

        return null;
    }

    /// <summary>Takes slots for the entries that a device does not reach as a whole, or for all where the pool is the device's own, in list order.</summary>
    /// <param name="table">The list.</param>
    /// <param name="request">The request, with the device's reach.</param>
    /// <returns>
    /// EIO naming the importer and LengthBytes (an entry too long for any bounce), BouncePool (no room now) or DmaMask or Windows (the
    /// device does not reach the copy); the pool then holds what it held, but the next search begins where this one ended.
    /// </returns>
    /// <remarks>
    /// Source: kernel/dma/swiotlb.c, swiotlb_map: each entry by itself, the copy's address checked like any other; the copy crosses no segment
    /// boundary of the device and keeps the low bits that the device asks for. The only place that decides which entries are bounced.
    /// </remarks>
    public (BounceRegion Next, DmaResult<ImmutableArray<BouncedEntry>> Reply) Map(SgTable table, DmaMapRequest request)
    {
        var reach = request.Reach;
        var slots = new BounceSlotAllocator(Pool, Layout.Range.Address, Layout.PageOrder);
        var bounced = ImmutableArray.CreateBuilder<BouncedEntry>();
        for (var link = 0; link < table.LinkCount; link++)
        {
            var entries = table.Link(link);
            for (var index = 0; index < entries.Length; index++)
            {
                if (request.Pool is null && !IsBeyond(entries[index], reach))
                {
                    continue;
                }

                var number = (link * SgTable.LinkEntries) + index;
                var reply = slots.TakeSlots(new(entries[index].LengthBytes, entries[index].Address, request.Takes.SegmentBoundaryMask, request.MinAlignMask));
                if ((reply.Refusal ?? CheckReach(reply.Value, request)) is { } refusal)
                {
                    slots.Undo(bounced.Select(entry => entry.Slots).Concat(reply.IsGranted ? [reply.Value] : []));
                    return (this with { Pool = slots.ToPool() }, DmaResult.Refuse<ImmutableArray<BouncedEntry>>(Explain(refusal, number, request)));
                }

                bounced.Add(new(number, reply.Value, AddressOf(reply.Value)));
            }
        }

        return (this with { Pool = slots.ToPool() }, DmaResult.Grant(bounced.DrainToImmutable()));
    }

    /// <summary>Gives slots back.</summary>
    public BounceRegion Unmap(ImmutableArray<BouncedEntry> bounced)
    {
        var slots = new BounceSlotAllocator(Pool, Layout.Range.Address, Layout.PageOrder);
        foreach (var entry in bounced)
        {
            Invariant.Holds(slots.GiveBackSlots(entry.Slots) is null);
        }

        return this with { Pool = slots.ToPool() };
    }

    /// <summary>Checks that the pool holds what mappings hold of it, and no more.</summary>
    /// <param name="held">All that mappings hold.</param>
    public void AssertHold(IReadOnlyCollection<BouncedEntry> held)
    {
        Pool.AssertInvariants();
        Invariant.Holds(Pool.Bounces.SequenceEqual(held.Select(entry => entry.Slots).OrderBy(slots => slots.FirstSlot)));
        Invariant.Holds(held.All(entry => entry.Address == AddressOf(entry.Slots)));
    }

    private static bool IsBeyond(SgEntry entry, DmaReach reach) => !reach.Holds(entry.Address.Value, entry.LengthBytes);

    private Refusal? CheckReach(BounceSlots slots, DmaMapRequest request)
    {
        var (address, last) = (AddressOf(slots).Value, AddressOf(slots).Value + slots.LengthBytes - 1);
        return request.Reach.Holds(address, slots.LengthBytes) ? null
            : request.Windows.IsEmpty
            ? new(
                Errno.EIO, null, nameof(Device.DmaMask), last, request.HighestAddress, $"the copy in {Layout.Name} would end at 0x{last:x}.")
            : request.Reach.Beyond(request.Importer, address, slots.LengthBytes, Layout.Name) with
            {
                Reason = $"the copy in {Layout.Name}, at 0x{address:x}, is out of its reach too.",
            };
    }

    private static Refusal Explain(Refusal refusal, int entry, DmaMapRequest request) => refusal with
    {
        Importer = request.Importer,
        Reason = request.Pool is { } own
            ? $"Everything is copied for {request.Importer} through {own}, and segment {entry} of {request.Token.Buffer} cannot be: {refusal.Reason}"
            : $"{request.Importer} {request.Reach}, and segment {entry} of {request.Token.Buffer} beyond that cannot be bounced: {refusal.Reason}",
    };
}
