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
    /// <returns>The errors of the first overload.</returns>
    /// <remarks>
    /// Deliberate difference: an entry's offset is taken from its address. The kernel takes it from the page, which is the same where the
    /// granule is a page; a longer granule cannot be mapped from its middle.
    /// </remarks>
    public static DmaResult<IommuMapping> Map(IommuLimits limits, ReadOnlySpan<SgEntry> entries)
    {
        if (Check(limits, entries.Length) is { } refusal)
        {
            return DmaResult.Refuse<IommuMapping>(refusal);
        }

        var joiner = new SegmentJoiner(limits, entries.Length);
        Add(ref joiner, limits, entries);
        return joiner.ToResult();
    }

    /// <summary>Maps a table in order, link by link.</summary>
    /// <param name="limits">Granule, segment size and boundary.</param>
    /// <param name="table">At least one entry.</param>
    /// <returns>The errors of the first overload.</returns>
    public static DmaResult<IommuMapping> Map(IommuLimits limits, SgTable table)
    {
        if (Check(limits, table.EntryCount) is { } refusal)
        {
            return DmaResult.Refuse<IommuMapping>(refusal);
        }

        if (limits.IsOfRanges)
        {
            return MapRanges(limits, [.. table.ToImmutableArray().Select(entry => (entry.Address.Value, entry.LengthBytes))]);
        }

        var joiner = new SegmentJoiner(limits, table.EntryCount);
        for (var link = 0; link < table.LinkCount; link++)
        {
            Add(ref joiner, limits, table.Link(link));
        }

        return joiner.ToResult();
    }

    /// <summary>Maps the segments of the stage below, nearer to memory (thread #35, figures 1 and 2; #40).</summary>
    /// <param name="limits">Granule, segment size and boundary.</param>
    /// <param name="below">The list's mapping in the stage below.</param>
    /// <param name="start">Its base in the address space of the stage below.</param>
    /// <returns>The errors of the first overload.</returns>
    public static DmaResult<IommuMapping> Map(IommuLimits limits, IommuMapping below, Iova start)
    {
        if (Check(limits, below.Segments.Length) is { } refusal)
        {
            return DmaResult.Refuse<IommuMapping>(refusal);
        }

        if (limits.IsOfRanges)
        {
            return MapRanges(limits, [.. below.Segments.Select(segment => (start.Value + segment.OffsetBytes, segment.LengthBytes))]);
        }

        var joiner = new SegmentJoiner(limits, below.Segments.Length);
        foreach (var (offset, length) in below.Segments)
        {
            joiner.Add(new((uint)((start.Value + offset) & (limits.GranuleBytes - 1)), length));
        }

        return joiner.ToResult();
    }

    /// <summary>
    /// Places ranges one behind the other, each as a whole however its entries are cut, and cuts the result anew (dma_iova_link,
    /// fill_sg_entry).
    /// </summary>
    private static DmaResult<IommuMapping> MapRanges(IommuLimits limits, ReadOnlySpan<(ulong Address, uint LengthBytes)> entries)
    {
        // Inputs of whole granules: an entry ends at a page, in the middle of a longer granule.
        const ulong inputMax = 1UL << 31;
        var joiner = new SegmentJoiner(limits with { MaxSegmentSize = uint.MaxValue }, entries.Length);
        var (first, end) = (entries[0].Address, entries[0].Address);
        for (var index = 0; index <= entries.Length; index++)
        {
            if (index < entries.Length && entries[index].Address == end)
            {
                end += entries[index].LengthBytes;
                continue;
            }

            while (first < end)
            {
                var offset = (uint)(first & (limits.GranuleBytes - 1));
                var length = (uint)Math.Min(end - first, inputMax - offset);
                joiner.Add(new(offset, length));
                first += length;
            }

            if (index < entries.Length)
            {
                (first, end) = (entries[index].Address, entries[index].Address + entries[index].LengthBytes);
            }
        }

        var result = joiner.ToResult();
        return result.IsGranted ? DmaResult.Grant(result.Value.InPiecesOf(limits.MaxSegmentSize)) : result;
    }

    private static void Add(ref SegmentJoiner joiner, IommuLimits limits, ReadOnlySpan<SgEntry> entries)
    {
        foreach (ref readonly var entry in entries)
        {
            joiner.Add(new((uint)(entry.Address.Value & (limits.GranuleBytes - 1)), entry.LengthBytes));
        }
    }

    private static Refusal? Check(IommuLimits limits, int inputCount) => limits.Check() is { } refusal
        ? refusal
        : inputCount == 0 ? Refusal.Of(Errno.EINVAL, "Inputs", "An empty list cannot be mapped.") : null;
}
