using System.Collections.Immutable;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Translation;

namespace DmaGrains.Reports;

/// <summary>A scatterlist: its pages, and the segments that a device walks once it is mapped.</summary>
/// <param name="Regions">The memory regions its pages came from.</param>
/// <param name="SizeBytes">The buffer's size.</param>
/// <param name="EntryCount">orig_nents; 0 when the list was made from physical ranges.</param>
/// <param name="MappedEntryCount">nents: segments that the device walks; 0 when the list was taken unmapped.</param>
/// <param name="Entries">The entries in buffer order.</param>
/// <param name="Segments">What the device walks; empty when the list was taken unmapped.</param>
/// <param name="Stages">What it holds in MMUs, from memory towards the device; empty when addresses are not translated.</param>
/// <param name="Bounces">The bounced entries, in buffer order.</param>
/// <param name="BytesBounced">Bytes of the bounced entries.</param>
public sealed record ScatterlistReport(
    ImmutableArray<string> Regions,
    ulong SizeBytes,
    int EntryCount,
    int MappedEntryCount,
    ImmutableArray<EntryReport> Entries,
    ImmutableArray<SegmentReport> Segments,
    ImmutableArray<StageReport> Stages,
    ImmutableArray<BounceReport> Bounces,
    ulong BytesBounced)
{
    /// <summary>The device for which the list's shared DMA addresses were made; null when they were made for this mapping alone.</summary>
    public string? AddressesOf { get; init; }

    /// <summary>The report of a mapping's list; null when it was taken as page frame numbers.</summary>
    public static ScatterlistReport? Of(Mapping mapping)
    {
        if (mapping.Access == BufferAccess.Pfns)
        {
            return null;
        }

        var entries = mapping.IsOfRanges ? [] : mapping.ToTable().ToImmutableArray();
        var segments = mapping.Access == BufferAccess.Map ? mapping.ToSegments() : [];
        var bounces = mapping.Mapped?.Bounces ?? [];
        return new(
            mapping.Storage.Regions,
            mapping.SizeBytes,
            entries.Length,
            segments.Length,
            [.. entries.Select(entry => new EntryReport(entry.Address.Value, entry.OffsetBytes, entry.LengthBytes))],
            [.. segments.Select(segment => new SegmentReport(segment.Address.Value, segment.LengthBytes))],
            [.. (mapping.Mapped?.Stages ?? []).Select(StageReport.Of)],
            [.. bounces.Select(bounce => new BounceReport(bounce.Entry, bounce.Address.Value, bounce.Slots.LengthBytes))],
            bounces.Aggregate(0UL, (sum, bounce) => sum + bounce.Slots.LengthBytes))
        {
            AddressesOf = mapping.Addresses?.Device,
        };
    }
}

/// <summary>One entry.</summary>
/// <param name="Address">Physical address of its first byte.</param>
/// <param name="Offset">Bytes into the page in which it starts.</param>
/// <param name="Length">Bytes.</param>
public sealed record EntryReport(ulong Address, uint Offset, uint Length);

/// <summary>One segment as the device sees it: sg_dma_address and sg_dma_len.</summary>
/// <param name="Address">Its first byte.</param>
/// <param name="Length">Bytes.</param>
public sealed record SegmentReport(ulong Address, uint Length);

/// <summary>What a mapping holds in one MMU.</summary>
/// <param name="Iommu">The MMU.</param>
/// <param name="Context">The context in which its addresses are valid, from 0.</param>
/// <param name="Granule">Its granule, in bytes.</param>
/// <param name="First">The first address held.</param>
/// <param name="Last">The last address held.</param>
/// <param name="Space">The attachment to which the context's address space belongs, as buffer/attachment; null where it is shared.</param>
public sealed record StageReport(string Iommu, uint Context, uint Granule, ulong First, ulong Last, string? Space)
{
    /// <summary>The report of a stage.</summary>
    public static StageReport Of(MappedStage stage) =>
        new(stage.Stage, stage.Context, stage.GranuleBytes, stage.Range.First.Value, stage.Range.Last.Value, stage.Space);
}

/// <summary>A bounced entry.</summary>
/// <param name="Entry">The entry's index in the list, from 0.</param>
/// <param name="Address">The address of the copy in the bounce pool.</param>
/// <param name="Length">Bytes.</param>
public sealed record BounceReport(int Entry, ulong Address, ulong Length);
