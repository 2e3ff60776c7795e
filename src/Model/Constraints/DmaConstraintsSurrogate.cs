using Orleans;

namespace DmaGrains.Model.Constraints;

/// <summary>
/// Constraints as they are stored and sent: each field one more, and one that leaves everything open 0, which takes no room. Every reply
/// that a buffer remembers has constraints, and those of a buffer that nobody is attached to leave everything open.
/// </summary>
[GenerateSerializer, OmitDefaultMemberValues, Alias("dma.constraints-surrogate")]
internal readonly record struct DmaConstraintsSurrogate(uint Size, uint Count, ulong Mask, ListLimits Limits = default);

/// <summary>There and back.</summary>
[RegisterConverter]
internal sealed class DmaConstraintsConverter : IConverter<DmaConstraints, DmaConstraintsSurrogate>
{
    public DmaConstraints ConvertFromSurrogate(in DmaConstraintsSurrogate surrogate) =>
        unchecked(new(surrogate.Size - 1, surrogate.Count - 1, surrogate.Mask - 1) { Limits = surrogate.Limits });

    public DmaConstraintsSurrogate ConvertToSurrogate(in DmaConstraints value) =>
        unchecked(new(value.MaxSegmentSize + 1, value.MaxSegmentCount + 1, value.SegmentBoundaryMask + 1, value.Limits));
}
