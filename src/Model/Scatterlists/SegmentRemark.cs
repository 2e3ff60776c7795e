namespace DmaGrains.Model.Scatterlists;

/// <summary>Something suspicious in a list that may be right.</summary>
/// <param name="Segment">The segment's index, from 0; null for the list as a whole.</param>
/// <param name="Field">The subject: SizeBytes, Memory, Overlap or Order.</param>
/// <param name="Reason">One sentence for the user.</param>
public sealed record SegmentRemark(int? Segment, string Field, string Reason);
