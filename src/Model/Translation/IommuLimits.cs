using DmaGrains.Model.Buffers;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;

namespace DmaGrains.Model.Translation;

/// <summary>The limits that shape a mapping: the IOMMU's granule, and the device's limits as the kernel's getters read them.</summary>
/// <param name="GranuleBytes">4096, 16384 or 65536.</param>
/// <param name="MaxSegmentSize">The longest segment that joining makes, in bytes; 0 means 65536.</param>
/// <param name="SegmentBoundaryMask">2^k-1: inputs are kept off multiples of mask + 1; 0 means 2^64-1.</param>
public readonly record struct IommuLimits(uint GranuleBytes, uint MaxSegmentSize, ulong SegmentBoundaryMask)
{
    /// <summary>
    /// Whether the list is of physical ranges: its segments are then pieces of <see cref="MaxSegmentSize"/> of the whole, wherever a range ends.
    /// </summary>
    /// <remarks>Source: drivers/dma-buf/dma-buf-mapping.c of 7.3.4, dma_buf_phys_vec_to_sgt and fill_sg_entry.</remarks>
    public bool IsOfRanges { get; init; }

    /// <summary>Combines a granule with a device's limits.</summary>
    public static IommuLimits Of(uint granuleBytes, DmaConstraints takes) =>
        new(granuleBytes, takes.MaxSegmentSize, takes.SegmentBoundaryMask) { IsOfRanges = Mapping.IsForRanges(takes) };

    /// <summary><see cref="MaxSegmentSize"/>, or its default.</summary>
    public uint EffectiveMaxSegmentSize => Effective.MaxSegmentSize;

    /// <summary><see cref="SegmentBoundaryMask"/>, or its default.</summary>
    public ulong EffectiveBoundaryMask => Effective.SegmentBoundaryMask;

    private DmaConstraints Effective => DeviceDmaParameters.Read(new(MaxSegmentSize, 0, SegmentBoundaryMask), ParameterDefaults.V61);

    /// <summary>Null when the limits are valid.</summary>
    /// <returns>EINVAL naming GranuleBytes, or SegmentBoundaryMask when it has holes.</returns>
    public Refusal? Check() => Granule.Check(GranuleBytes) is { } refusal
        ? refusal
        : DmaConstraints.IsWholeMask(SegmentBoundaryMask)
            ? null
            : new(
                Errno.EINVAL, null, nameof(SegmentBoundaryMask), null, SegmentBoundaryMask,
                $"Segment boundary mask 0x{SegmentBoundaryMask:x} has holes: expected 0 (unset) or 2^k-1.");
}
