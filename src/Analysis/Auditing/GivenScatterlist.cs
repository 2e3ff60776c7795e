using System.Collections.Immutable;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Model.Translation;

namespace DmaGrains.Analysis.Auditing;

/// <summary>A scatterlist to audit: from a file, a mapping, or a buffer's pages.</summary>
/// <param name="Label">Its name for display.</param>
/// <param name="Entries">Its pages; empty when only the device's segments are known.</param>
/// <param name="Segments">The segments that a device walks; empty when it is not mapped.</param>
public sealed record GivenScatterlist(string Label, ImmutableArray<StatedSegment> Entries, ImmutableArray<StatedSegment> Segments)
{
    /// <summary>The device for which it was mapped; null when unknown or not mapped.</summary>
    public string? Device { get; init; }

    /// <summary>The device for which its DMA addresses were made, if stated (<c>lists: shared</c>, <c>lists: exporter</c>).</summary>
    public string? AddressesOf { get; init; }

    /// <summary>The stated ranges that the mapping holds in MMUs, from memory towards the device.</summary>
    public ImmutableArray<GivenStage> Stages { get; init; } = [];

    /// <summary>The buffer's size; null when unknown.</summary>
    public ulong? SizeBytes { get; init; }

    /// <summary>The lists of a live buffer: one for each mapping, or its pages if nothing is mapped; none without pages.</summary>
    public static IEnumerable<GivenScatterlist> Of(DmaBuffer buffer)
    {
        var mapped = buffer.Mappings.Where(mapping => mapping.Access != BufferAccess.Pfns).ToList();
        return mapped.Count > 0 ? mapped.Select(mapping => Of(buffer, mapping))
            : buffer.Storage is { } storage ? [Of(buffer, storage)]
            : [];
    }

    private static GivenScatterlist Of(DmaBuffer buffer, Mapping mapping)
    {
        var device = buffer.Attachments.Find(mapping.Attachment)!.Device;
        return new(
            $"mapping {mapping.Name} of {device}",
            Stated(mapping.ToTable()),
            mapping.Access == BufferAccess.Map
                ? [.. mapping.ToSegments().Select(segment => new StatedSegment(segment.Address.Value, segment.LengthBytes))]
                : [])
        {
            Device = device,
            AddressesOf = mapping.Addresses?.Device,
            Stages = [.. (mapping.Mapped?.Stages ?? []).Select(GivenStage.Of)],
            SizeBytes = buffer.SizeBytes,
        };
    }

    private static GivenScatterlist Of(DmaBuffer buffer, BackingStorage storage) =>
        new("its pages", Stated(Scatterlist.Build(storage.Extents.AsSpan(), 0, buffer.SizeBytes, uint.MaxValue).Value), [])
        {
            SizeBytes = buffer.SizeBytes,
        };

    private static ImmutableArray<StatedSegment> Stated(SgTable table) =>
        [.. table.ToImmutableArray().Select(entry => new StatedSegment(entry.Address.Value, entry.LengthBytes))];
}

/// <summary>The stated range that a mapping holds in an MMU.</summary>
/// <param name="Iommu">The MMU.</param>
/// <param name="First">The first address.</param>
/// <param name="Last">The last address, not below the first.</param>
public sealed record GivenStage(string Iommu, ulong First, ulong Last)
{
    /// <summary>Converts a stage of the model.</summary>
    public static GivenStage Of(MappedStage stage) => new(stage.Stage, stage.Range.First.Value, stage.Range.Last.Value);
}
