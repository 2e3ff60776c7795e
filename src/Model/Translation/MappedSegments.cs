using System.Collections.Immutable;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Model.Translation;

/// <summary>
/// Computes the segments that a device walks after mapping. They follow from the list and from what the mapping holds, so they are not
/// stored.
/// </summary>
public static class MappedSegments
{
    /// <summary>The segments, in the order of the list: what sg_dma_address and sg_dma_len answer. Σ LengthBytes = the list's.</summary>
    /// <param name="table">The list that was mapped.</param>
    /// <param name="takes">The device's limits at the map; size and boundary steered how entries were joined.</param>
    /// <param name="mapped">What the mapping holds; null when the device sees physical addresses.</param>
    /// <param name="windows">How the device's bus sees memory; not applied behind an MMU.</param>
    /// <exception cref="InvalidOperationException">The mapping belongs to another list.</exception>
    public static ImmutableArray<DmaSegment> Of(SgTable table, DmaConstraints takes, DmaMapped? mapped, DmaWindows windows = default)
    {
        if (mapped is not { Stages: { IsEmpty: false } stages })
        {
            return Untranslated(table, mapped is null ? [] : mapped.Bounces.AsSpan(), windows);
        }

        var mapping = IommuMap.Map(IommuLimits.Of(stages[0].GranuleBytes, takes), table).Value;
        for (var index = 1; index < stages.Length; index++)
        {
            Invariant.Holds(mapping.LengthBytes == stages[index - 1].Range.LengthBytes);
            var limits = IommuLimits.Of(stages[index].GranuleBytes, takes);
            mapping = IommuMap.Map(limits, mapping, stages[index - 1].Range.First).Value;
        }

        Invariant.Holds(mapping.LengthBytes == stages[^1].Range.LengthBytes);
        return mapping.From(stages[^1].Range.First);
    }

    /// <summary>The entries, or their copies, at bus addresses. A device has no window for its own memory, whose addresses stay as they are.</summary>
    private static ImmutableArray<DmaSegment> Untranslated(SgTable table, ReadOnlySpan<BouncedEntry> bounces, DmaWindows windows)
    {
        var segments = ImmutableArray.CreateBuilder<DmaSegment>(table.EntryCount);
        for (var link = 0; link < table.LinkCount; link++)
        {
            foreach (ref readonly var entry in table.Link(link))
            {
                var isBounced = !bounces.IsEmpty && bounces[0].Entry == segments.Count;
                var address = isBounced ? bounces[0].Address.Value : entry.Address.Value;
                segments.Add(new(new(windows.ToBus(address) ?? address), entry.LengthBytes));
                bounces = isBounced ? bounces[1..] : bounces;
            }
        }

        Invariant.Holds(bounces.IsEmpty);
        return segments.MoveToImmutable();
    }
}
