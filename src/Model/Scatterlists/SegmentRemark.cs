namespace DmaGrains.Model.Scatterlists;

/// <summary>What looks wrong with a list and may be right.</summary>
/// <param name="Segment">Which segment, from 0; null when it is the list as a whole.</param>
/// <param name="Field">What it is about: SizeBytes, Memory, Overlap or Order.</param>
/// <param name="Reason">One sentence for people.</param>
public sealed record SegmentRemark(int? Segment, string Field, string Reason);
