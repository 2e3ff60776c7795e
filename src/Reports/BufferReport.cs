using System.Collections.Immutable;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Policies;

namespace DmaGrains.Reports;

/// <summary>A live buffer.</summary>
/// <param name="Name">Its name.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="Exporter">The device that owns the storage; null for a heap.</param>
public sealed record BufferReport(string Name, ulong SizeBytes, string? Exporter)
{
    /// <summary>Whether the exporter has released the buffer.</summary>
    public required bool Released { get; init; }

    /// <summary>Whether the exporter has revoked the buffer.</summary>
    public required bool Revoked { get; init; }

    /// <summary>Whether it is released and nobody is attached.</summary>
    public required bool Gone { get; init; }

    /// <summary>How the exporter treats its importers.</summary>
    public required ExporterPolicy Policy { get; init; }

    /// <summary>The regions that the exporter takes storage from; empty for system RAM and contiguous areas.</summary>
    public required ImmutableArray<string> Memory { get; init; }

    /// <summary>The lines of a video frame; null when the buffer is not a frame.</summary>
    public required LinesReport? Lines { get; init; }

    /// <summary>The running union.</summary>
    public required UnionReport Union { get; init; }

    /// <summary>The attachments, in the order of attaching.</summary>
    public required ImmutableArray<AttachmentReport> Attachments { get; init; }

    /// <summary>The live mappings and raw accesses, ordered by name.</summary>
    public required ImmutableArray<MappingReport> Mappings { get; init; }

    /// <summary>The pages; null while nothing is allocated.</summary>
    public required StorageReport? Storage { get; init; }

    /// <summary>Who owns the buffer now.</summary>
    public required OwnerReport Owner { get; init; }

    /// <summary>What went wrong silently, in order of first occurrence.</summary>
    public required ImmutableArray<HazardReport> Hazards { get; init; }

    /// <summary>What the buffer has cost so far.</summary>
    public required BufferCosts Costs { get; init; }

    /// <summary>The report of a buffer.</summary>
    public static BufferReport Of(DmaBuffer buffer) => new(buffer.Name, buffer.SizeBytes, buffer.Origin.Exporter)
    {
        Released = buffer.IsReleased,
        Revoked = buffer.IsRevoked,
        Gone = buffer.IsReleasedByAll,
        Policy = buffer.Policy,
        Memory = [.. buffer.Regions.Select(region => region.Name)],
        Lines = LinesReport.Of(buffer.Origin.Lines, buffer.PageOrder),
        Union = UnionReport.Of(buffer.Constraints),
        Attachments = [.. buffer.Attachments.OrderBy(attachment => attachment.Sequence).Select(AttachmentReport.Of)],
        Mappings = [.. buffer.Mappings.Select(mapping => MappingReport.Of(buffer, mapping))],
        Storage = buffer.Storage is { } storage
            ? new(storage.Regions, [.. storage.Extents.Select(extent => new ExtentReport(extent.Address.Value, extent.SizeBytes))])
            : null,
        Owner = OwnerReport.Of(buffer),
        Hazards = [.. buffer.Hazards.Select(HazardReport.Of)],
        Costs = buffer.Costs,
    };
}

/// <summary>Lines of a video frame, in the words of scenario files.</summary>
/// <param name="Height">Lines.</param>
/// <param name="BytesPerLine">Bytes of each.</param>
/// <param name="Stride">Bytes from the start of one line to that of the next.</param>
/// <param name="Offset">Where the first line starts, in bytes.</param>
/// <param name="WorstSegmentCount">The most segments that a line-by-line capture may need.</param>
public sealed record LinesReport(uint Height, uint BytesPerLine, uint Stride, uint Offset, ulong WorstSegmentCount)
{
    /// <summary>The report of a frame's lines; null when there are none.</summary>
    internal static LinesReport? Of(VideoLines? frame, int pageOrder) => frame is { } lines
        ? new(lines.Height, lines.BytesPerLine, lines.StrideBytes, lines.OffsetBytes, lines.WorstSegmentCount(pageOrder))
        : null;
}

/// <summary>The pages behind a buffer.</summary>
/// <param name="Regions">The regions that the pages came from.</param>
/// <param name="Extents">Runs of pages, in buffer order.</param>
public sealed record StorageReport(ImmutableArray<string> Regions, ImmutableArray<ExtentReport> Extents);

/// <summary>A run of pages.</summary>
/// <param name="Address">Address of its first byte.</param>
/// <param name="SizeBytes">Bytes.</param>
public sealed record ExtentReport(ulong Address, ulong SizeBytes);
