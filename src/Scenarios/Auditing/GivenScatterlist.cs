using System.Collections.Immutable;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Model.Translation;

namespace DmaGrains.Scenarios.Auditing;

/// <summary>A scatterlist that came from somewhere: a file, a mapping, a buffer's pages.</summary>
/// <param name="Label">What people call it.</param>
/// <param name="Entries">Its pages; empty when it tells only what a device walks.</param>
/// <param name="Segments">What a device walks; empty when it is not mapped.</param>
public sealed record GivenScatterlist(string Label, ImmutableArray<SgEntry> Entries, ImmutableArray<DmaSegment> Segments)
{
    /// <summary>The device that it was mapped for; null when that is not known, or it is not mapped.</summary>
    public string? Device { get; init; }

    /// <summary>The buffer's size; null when that is not known.</summary>
    public ulong? SizeBytes { get; init; }

    /// <summary>The lists of a live buffer: of each mapping, else its pages as they lie; none before there are any.</summary>
    public static IEnumerable<GivenScatterlist> Of(DmaBuffer buffer)
    {
        var mapped = buffer.Mappings.Where(mapping => mapping.Access != BufferAccess.Pfns).ToList();
        return mapped.Count > 0 ? mapped.Select(mapping => Of(buffer, mapping))
            : buffer.Storage is { } storage ? [Of(buffer, storage)]
            : [];
    }

    private static GivenScatterlist Of(DmaBuffer buffer, Mapping mapping)
    {
        var device = buffer.Attachments.First(attachment => attachment.Name == mapping.Attachment).Device;
        return new(
            $"mapping {mapping.Name} of {device}",
            mapping.ToTable().ToImmutableArray(),
            mapping.Access == BufferAccess.Map ? mapping.ToSegments() : [])
        {
            Device = device,
            SizeBytes = buffer.SizeBytes,
        };
    }

    private static GivenScatterlist Of(DmaBuffer buffer, BackingStorage storage) =>
        new("its pages", Scatterlist.Build(storage.Extents.AsSpan(), 0, buffer.SizeBytes, uint.MaxValue).Value.ToImmutableArray(), [])
        {
            SizeBytes = buffer.SizeBytes,
        };
}
