using System.Collections.Immutable;

namespace DmaGrains.Model.Scatterlists;

/// <summary>Finds overlapping segments of a list.</summary>
public static class SegmentOverlaps
{
    /// <summary>For each segment, another that it overlaps and that starts no later, or null. Takes O(n log n).</summary>
    public static ImmutableArray<int?> Of(ImmutableArray<StatedSegment> segments)
    {
        var overlaps = new int?[segments.Length];
        int? furthest = null;
        foreach (var index in Enumerable.Range(0, segments.Length).Where(index => segments[index].IsRange).OrderBy(index => segments[index].Address))
        {
            if (furthest is { } other && segments[other].Meets(segments[index]))
            {
                overlaps[index] = other;
            }

            furthest = furthest is { } last && segments[last].Last >= segments[index].Last ? furthest : index;
        }

        return [.. overlaps];
    }
}
