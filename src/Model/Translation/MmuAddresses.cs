using System.Collections.Immutable;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Model.Translation;

/// <summary>Judges whether given addresses can come from the MMU of a device.</summary>
/// <remarks>
/// An MMU gives whole granules between its first and last address, never granule 0, never a reserved window
/// (drivers/iommu/dma-iommu.c, iommu_dma_init_domain, iova_reserve_iommu_regions), each to one page, and the DMA API lays a list out in
/// one range in the list's order (iommu_dma_map_sg).
/// </remarks>
public sealed class MmuAddresses
{
    private readonly Device _device;
    private readonly IommuStage _stage;
    private readonly BoardDefinition _board;
    private readonly StatedSegment _space;
    private readonly ImmutableArray<StatedSegment> _reserved;

    private MmuAddresses(Device device, IommuStage stage, BoardDefinition board)
    {
        (_device, _stage, _board) = (device, stage, board);
        var granule = stage.Layout.GranuleBytes;
        var (first, end) = stage.Layout.Granules;
        _space = new(first * granule, (end - first) * granule);
        _reserved = [.. stage.Layout.ReservedGranules().Select(run => new StatedSegment(run.First * granule, (run.End - run.First) * granule))];
    }

    /// <summary>For the MMU nearest to a device; null for a device without one.</summary>
    /// <param name="device">The device, on the board.</param>
    /// <param name="board">A valid board.</param>
    public static MmuAddresses? Of(Device device, BoardDefinition board) =>
        board.Stages.FirstOrDefault(stage => stage.Name == (device.Iommu ?? device.BusMmu)) is { } nearest
            ? new(device, nearest, board)
            : null;

    /// <summary>The MMU's name.</summary>
    public string Stage => _stage.Name;

    /// <summary>The addresses that the MMU cannot have given, in segment order: EIO naming First, Last, Reserved, Held or Overlap.</summary>
    /// <param name="segments">What the device walks.</param>
    /// <param name="held">The range of the MMU that the mapping holds, if stated; else null.</param>
    public ImmutableArray<SegmentViolation> Impossible(ImmutableArray<StatedSegment> segments, StatedSegment? held)
    {
        var violations = ImmutableArray.CreateBuilder<SegmentViolation>();
        var overlaps = SegmentOverlaps.Of(segments);
        for (var index = 0; index < segments.Length; index++)
        {
            if (!segments[index].IsRange)
            {
                continue;
            }

            if ((Outside(index, segments[index]) ?? Reserved(index, segments[index]) ?? NotHeld(index, segments[index], held)) is { } never)
            {
                violations.Add(new(index, never));
            }

            if (overlaps[index] is { } other)
            {
                violations.Add(new(index, Refuse(
                    "Overlap", segments[index].Address, segments[other].Last,
                    $"segment {index} at 0x{segments[index].Address:x} shares addresses with segment {other}, which ends at 0x{segments[other].Last:x}: one address of {Stage} leads to one page.")));
            }
        }

        return violations.ToImmutable();
    }

    /// <summary>Possible but suspicious addresses: physical addresses of memory (Memory), and segments that do not follow each other (Order).</summary>
    /// <param name="segments">What the device walks.</param>
    /// <param name="entries">The pages in the same order; empty when the list does not state them.</param>
    /// <param name="takes">The device's limits; its boundary may leave gaps between segments.</param>
    /// <param name="held">The range of the MMU that the mapping holds, if stated; else null.</param>
    public IEnumerable<SegmentRemark> Suspicious(
        ImmutableArray<StatedSegment> segments, ImmutableArray<StatedSegment> entries, DmaConstraints takes, StatedSegment? held)
    {
        var pages = new PagesInOrder(entries);
        for (var index = 0; index < segments.Length; index++)
        {
            var segment = segments[index];
            var page = pages.Next(segment.LengthBytes);
            if (segment.IsRange && !IsHeld(segment, held) && Physical(index, segment, entries.IsEmpty ? null : page) is { } physical)
            {
                yield return physical;
            }

            if (index > 0 && OutOfOrder(index, segments[index - 1], segment, takes) is { } apart)
            {
                yield return apart;
            }
        }
    }

    private static bool IsHeld(StatedSegment segment, StatedSegment? held) =>
        held is { } range && segment.Address >= range.Address && segment.Last <= range.Last;

    private Refusal? Outside(int index, StatedSegment segment) =>
        segment.Address < _space.Address
            ? Refuse("First", segment.Address, _space.Address,
                $"{Stage} never gives an address below 0x{_space.Address:x}; segment {index} is at 0x{segment.Address:x}.")
        : segment.Last > _space.Last
            ? Refuse("Last", segment.Last, _space.Last,
                $"{Stage} never gives an address above 0x{_space.Last:x}; segment {index} ends at 0x{segment.Last:x}.")
            : null;

    private Refusal? Reserved(int index, StatedSegment segment)
    {
        var window = _reserved.FirstOrDefault(window => window.Meets(segment));
        return window == default
            ? null
            : Refuse("Reserved", segment.Address, window.Address,
                $"{Stage} never gives an address of its reserved window 0x{window.Address:x} to 0x{window.Last:x}; segment {index} lies at 0x{segment.Address:x} to 0x{segment.Last:x}.");
    }

    private Refusal? NotHeld(int index, StatedSegment segment, StatedSegment? held) => held is not { } range || IsHeld(segment, held)
        ? null
        : Refuse("Held", segment.Address, range.Address,
            $"The mapping holds 0x{range.Address:x} to 0x{range.Last:x} of {Stage}; segment {index} lies at 0x{segment.Address:x} to 0x{segment.Last:x}.");

    private Refusal Refuse(string field, ulong needed, ulong limit, string reason) =>
        new(Errno.EIO, _device.Name, field, needed, limit, reason);

    /// <summary>With stated pages, only a segment's own physical address is suspicious; without, any address of memory.</summary>
    private SegmentRemark? Physical(int index, StatedSegment segment, ulong? page)
    {
        if (page is { } own && own != segment.Address)
        {
            return null;
        }

        var region = _board.Memory.FirstOrDefault(region =>
            new StatedSegment(region.Range.Address.Value, region.Range.SizeBytes).Meets(segment));
        return region is null
            ? null
            : new(index, "Memory",
                $"0x{segment.Address:x} of segment {index} is {(page is null ? "a physical address" : "the physical address of its pages")} in {region.Name}; {_device.Name} is behind {Stage}, where that address leads to other memory or nowhere unless {Stage} gave this very address.");
    }

    private SegmentRemark? OutOfOrder(int index, StatedSegment before, StatedSegment segment, DmaConstraints takes)
    {
        if (_stage.Owner != StageOwner.DmaApi || !before.IsRange || !segment.IsRange || before.Meets(segment))
        {
            return null;
        }

        var granule = _stage.Layout.GranuleBytes;
        var expected = ((UInt128)before.Last + granule) / granule * granule;
        var first = (UInt128)(segment.Address / granule) * granule;

        // A gap exists only to keep a segment from crossing a boundary, so the segment starts right after one.
        var window = (UInt128)takes.SegmentBoundaryMask + 1;
        var isPadded = first > expected && first - expected < window && first % window == 0;
        return first == expected || isPadded
            ? null
            : new(index, "Order",
                $"segment {index} is at 0x{segment.Address:x} and segment {index - 1} ends at 0x{before.Last:x}: the DMA API lays a list out in one range of {Stage}, each piece following the one before.");
    }

    /// <summary>The physical address of a list's next byte, as segments are walked.</summary>
    private sealed class PagesInOrder(ImmutableArray<StatedSegment> entries)
    {
        private int _entry;
        private ulong _into;

        /// <summary>The address of the next bytes, which are then passed; null after the last entry.</summary>
        public ulong? Next(ulong lengthBytes)
        {
            while (_entry < entries.Length && _into == entries[_entry].LengthBytes)
            {
                (_entry, _into) = (_entry + 1, 0);
            }

            var at = _entry < entries.Length ? unchecked(entries[_entry].Address + _into) : (ulong?)null;
            for (var left = lengthBytes; left != 0 && _entry < entries.Length;)
            {
                var step = Math.Min(left, entries[_entry].LengthBytes - _into);
                left -= step;
                _into += step;
                if (_into == entries[_entry].LengthBytes)
                {
                    (_entry, _into) = (_entry + 1, 0);
                }
            }

            return at;
        }
    }
}
