using System.Collections.Immutable;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Reports;

/// <summary>A device's place in a buffer's list of importers.</summary>
/// <param name="Name">The caller's name for it.</param>
/// <param name="Device">The device.</param>
/// <param name="Demand">What its demand counted for when it attached.</param>
/// <param name="Takes">What the device really takes.</param>
/// <param name="HighestAddress">The last address that the device forms, on its bus.</param>
/// <param name="Iommu">The MMU of its own, or null.</param>
/// <param name="BusMmu">The MMU between its bus and memory, or null.</param>
/// <param name="Access">How it may get at the buffer: map, scatterlist, pfns.</param>
/// <param name="PreferredSegmentSize">Segments that it would like to be no shorter, in bytes; 0 when it does not care.</param>
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

/// <summary>A mapping, or raw access that is held.</summary>
/// <param name="Name">The caller's name for it.</param>
/// <param name="Attachment">Who holds it.</param>
/// <param name="Access">map, scatterlist or pfns.</param>
/// <param name="Direction">Which way data moves; null for raw access.</param>
/// <param name="Options">What the map asked for beyond that.</param>
/// <param name="Raw">The raw access that its importer mapped itself; null when the exporter did.</param>
/// <param name="Scatterlist">The list; null for page frame numbers.</param>
/// <param name="Pfns">The page frame numbers; null for lists.</param>
/// <param name="Wish">What the device would have liked better; null when nothing.</param>
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
