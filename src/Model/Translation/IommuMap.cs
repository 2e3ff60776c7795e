using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Model.Translation;

/// <summary>
/// Lays a scatterlist out in an IOMMU's address space: one range for the list, neighbours joined into DMA segments.
/// </summary>
/// <remarks>
/// Source: drivers/iommu/dma-iommu.c, iommu_dma_map_sg and __finalise_sg. It joins and never splits: an input longer
/// than the device's limits passes through whole, so the list must respect them before.
/// </remarks>
public static class IommuMap
{
    /// <summary>Maps inputs in order.</summary>
    /// <param name="limits">Granule, segment size and boundary.</param>
    /// <param name="inputs">At least one; each starts within its first granule.</param>
    /// <returns>
    /// EINVAL naming GranuleBytes, SegmentBoundaryMask (holes), Inputs (none), OffsetBytes (a granule or more) or
    /// LengthBytes (an input with its padding takes 2^32 bytes or more, or the list 2^64).
    /// </returns>
    public static DmaResult<IommuMapping> Map(IommuLimits limits, params ReadOnlySpan<IommuInput> inputs)
    {
        if (Check(limits, inputs.Length) is { } refusal)
        {
            return DmaResult.Refuse<IommuMapping>(refusal);
        }

        var joiner = new SegmentJoiner(limits, inputs.Length);
        foreach (ref readonly var input in inputs)
        {
            joiner.Add(input);
        }

        return joiner.ToResult();
    }

    /// <summary>Maps a scatterlist in order.</summary>
    /// <param name="limits">Granule, segment size and boundary.</param>
    /// <param name="entries">At least one entry.</param>
    /// <returns>The errors of the other overload.</returns>
    /// <remarks>
    /// Deliberate difference: an entry's offset is taken from its address. The kernel takes it from the page, which is
    /// the same where the granule is a page; a longer granule cannot map the middle of itself.
    /// </remarks>
    public static DmaResult<IommuMapping> Map(IommuLimits limits, ReadOnlySpan<SgEntry> entries)
    {
        if (Check(limits, entries.Length) is { } refusal)
        {
            return DmaResult.Refuse<IommuMapping>(refusal);
        }

        var joiner = new SegmentJoiner(limits, entries.Length);
        foreach (ref readonly var entry in entries)
        {
            joiner.Add(new((uint)(entry.Address.Value & (limits.GranuleBytes - 1)), entry.LengthBytes));
        }

        return joiner.ToResult();
    }

    private static Refusal? Check(IommuLimits limits, int inputCount) => limits.Check() is { } refusal
        ? refusal
        : inputCount == 0 ? Refusal.Of(Errno.EINVAL, "Inputs", "An empty list cannot be mapped.") : null;
}
