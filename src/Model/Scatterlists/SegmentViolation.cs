namespace DmaGrains.Model.Scatterlists;

/// <summary>A limit that a list breaks.</summary>
/// <param name="Segment">Which segment breaks it, from 0; null when it is the list as a whole.</param>
/// <param name="Refusal">EBUSY naming MaxSegmentCount, MaxSegmentSize or SegmentBoundaryMask, or EIO naming DmaMask.</param>
public sealed record SegmentViolation(int? Segment, Refusal Refusal);
