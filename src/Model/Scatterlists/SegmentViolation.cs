namespace DmaGrains.Model.Scatterlists;

/// <summary>A limit that a list breaks.</summary>
/// <param name="Segment">The segment's index, from 0; null for the list as a whole.</param>
/// <param name="Refusal">
/// EINVAL naming Length; EBUSY naming MaxSegmentCount, MaxSegmentSize, SegmentBoundaryMask or a further limit; EIO naming DmaMask or
/// Windows; behind an MMU, EIO naming First, Last, Reserved, Held or Overlap.
/// </param>
public sealed record SegmentViolation(int? Segment, Refusal Refusal);
