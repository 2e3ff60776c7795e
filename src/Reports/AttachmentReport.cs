using System.Collections.Immutable;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Reports;

/// <summary>A device's place in a buffer's list of importers.</summary>
/// <param name="Name">The caller's name for it.</param>
/// <param name="Device">The device.</param>
/// <param name="Demand">The part of the device's limits that counted when it attached.</param>
/// <param name="Takes">The device's own limits.</param>
/// <param name="HighestAddress">The last address that the device can form on its bus.</param>
/// <param name="Iommu">The device's own MMU, or null.</param>
/// <param name="BusMmu">The MMU between the device's bus and memory, or null.</param>
/// <param name="Access">How the device may access the buffer: map, scatterlist, pfns.</param>
/// <param name="PreferredSegmentSize">The shortest segment that the device would like, in bytes; 0 for no preference.</param>
/// <param name="Pending">Whether the storage must move before it can map.</param>
public sealed record AttachmentReport(
    string Name,
    string Device,
    UnionReport Demand,
    UnionReport Takes,
    ulong HighestAddress,
    string? Iommu,
    string? BusMmu,
    ImmutableArray<string> Access,
    uint PreferredSegmentSize,
    bool Pending)
{
    /// <summary>How the device's bus sees memory; empty when it sees the CPU's addresses.</summary>
    public required ImmutableArray<BusWindowReport> Windows { get; init; }

    /// <summary>The report of an attachment.</summary>
    public static AttachmentReport Of(Attachment attachment) => new(
        attachment.Name,
        attachment.Device,
        UnionReport.Of(attachment.Demand),
        UnionReport.Of(attachment.Takes),
        attachment.HighestAddress,
        attachment.Iommu,
        attachment.BusMmu,
        [.. Vocabulary.Accesses.Where(access => attachment.Access.HasFlag(access.Value)).Select(access => access.Key)],
        attachment.PreferredSegmentSize,
        attachment.IsPending)
    {
        Windows = BusWindowReport.Of(attachment.Windows),
    };
}

/// <summary>A live mapping or raw access.</summary>
/// <param name="Name">The caller's name for it.</param>
/// <param name="Attachment">The attachment that holds it.</param>
/// <param name="Access">map, scatterlist or pfns.</param>
/// <param name="Direction">Which way data moves; null for raw access.</param>
/// <param name="Options">Further options of the map.</param>
/// <param name="Raw">The raw access that the importer mapped itself; null when the exporter mapped.</param>
/// <param name="Scatterlist">The list; null for page frame numbers.</param>
/// <param name="Pfns">The page frame numbers; null for lists.</param>
/// <param name="Wish">The device's preference, if the list does not meet it; else null.</param>
public sealed record MappingReport(
    string Name,
    string Attachment,
    string Access,
    string? Direction,
    ImmutableArray<string> Options,
    string? Raw,
    ScatterlistReport? Scatterlist,
    PfnsReport? Pfns,
    WishReport? Wish)
{
    /// <summary>The report of a buffer's mapping.</summary>
    public static MappingReport Of(DmaBuffer buffer, Mapping mapping) => new(
        mapping.Name,
        mapping.Attachment,
        Vocabulary.Accesses.WordFor(mapping.Access),
        mapping.Access == BufferAccess.Map ? Vocabulary.Directions.WordFor(mapping.Direction) : null,
        Vocabulary.Of(mapping.Options),
        mapping.Raw,
        ScatterlistReport.Of(mapping),
        PfnsReport.Of(mapping),
        WishReport.Of(buffer, mapping));
}
