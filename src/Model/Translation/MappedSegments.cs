using System.Collections.Immutable;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Model.Translation;

/// <summary>
/// What a device walks after mapping. It follows from the list and from what the mapping holds, so it is computed when asked for and
/// kept nowhere.
/// </summary>
public static class MappedSegments
{
    /// <summary>The segments, in the order of the list: what sg_dma_address and sg_dma_len answer. Σ LengthBytes = the list's.</summary>
    /// <param name="table">The list that was mapped.</param>
    /// <param name="takes">What the device took when it was: its size and boundary steered the joining.</param>
    /// <param name="mapped">What the mapping holds; null when the device sees physical addresses.</param>
    /// <param name="windows">How the device's bus sees memory; what goes through an MMU they do not translate.</param>
    /// <exception cref="InvalidOperationException">The mapping is not of this list.</exception>
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

    /// <summary>
    /// The entries where the bus has them, or where it has their copies. Memory of its own a device has no window for: its addresses are
    /// what they are.
    /// </summary>
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
