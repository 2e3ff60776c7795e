namespace DmaGrains.Model.Scatterlists;

/// <summary>A limit that a list breaks.</summary>
/// <param name="Segment">Which segment breaks it, from 0; null when it is the list as a whole.</param>
/// <param name="Refusal">
/// EINVAL naming Length, EBUSY naming MaxSegmentCount, MaxSegmentSize, SegmentBoundaryMask or a limit of the table, EIO naming DmaMask; behind an MMU EIO
/// naming First, Last, Reserved, Held or Overlap.
/// </param>
public sealed record SegmentViolation(int? Segment, Refusal Refusal);
