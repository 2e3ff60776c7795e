using Orleans;

namespace DmaGrains.Model.Constraints;

/// <summary>
/// Constraints as stored and sent: each field plus 1, so that an unconstrained field wraps to 0, which takes no space. Every remembered
/// reply has constraints, and most fields of an unattached buffer's are unconstrained.
/// </summary>
[GenerateSerializer, OmitDefaultMemberValues, Alias("dma.constraints-surrogate")]
internal readonly record struct DmaConstraintsSurrogate(uint Size, uint Count, ulong Mask, ListLimits Limits = default);

/// <summary>Converts between the two.</summary>
[RegisterConverter]
internal sealed class DmaConstraintsConverter : IConverter<DmaConstraints, DmaConstraintsSurrogate>
{
    public DmaConstraints ConvertFromSurrogate(in DmaConstraintsSurrogate surrogate) =>
        unchecked(new(surrogate.Size - 1, surrogate.Count - 1, surrogate.Mask - 1) { Limits = surrogate.Limits });

    public DmaConstraintsSurrogate ConvertToSurrogate(in DmaConstraints value) =>
        unchecked(new(value.MaxSegmentSize + 1, value.MaxSegmentCount + 1, value.SegmentBoundaryMask + 1, value.Limits));
}
