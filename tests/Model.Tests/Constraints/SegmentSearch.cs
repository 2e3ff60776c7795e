using DmaGrains.Model.Constraints;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Model.Tests.Constraints;

/// <summary>
/// The slow way to the fewest segments: tries every set of page-granular cuts and every page-aligned address, and
/// judges each piece by its length and by <see cref="SegmentCheck.CrossesBoundary"/>.
/// </summary>
internal static class SegmentSearch
{
    /// <summary>The fewest segments, or null when no list exists. For windows of few pages only.</summary>
    public static int? Fewest(ulong sizeBytes, DmaConstraints constraints, RangeShape shape, SegmentLimit limit)
    {
        var limited = constraints.MaxSegmentSize;
        var longest = limit == SegmentLimit.Exact ? limited : limited / 4096 * 4096;
        var mask = constraints.SegmentBoundaryMask;
        return shape switch
        {
            RangeShape.Scattered => FewestCuts(sizeBytes, (_, length) =>
                length <= longest && Bases(mask).Any(address => !SegmentCheck.CrossesBoundary(address, length, mask))),
            RangeShape.ContiguousAligned => FewestFrom(0),
            RangeShape.ContiguousBestBase => Bases(mask).Min(FewestFrom),
            _ => throw new ArgumentOutOfRangeException(nameof(shape)),
        };

        int? FewestFrom(ulong address) => FewestCuts(sizeBytes, (start, length) =>
            length <= longest && !SegmentCheck.CrossesBoundary(address + start, length, mask));
    }

    /// <summary>Every page address that differs with regard to the boundaries.</summary>
    private static IEnumerable<ulong> Bases(ulong mask)
    {
        var pages = mask == ulong.MaxValue ? 1 : (mask / 4096) + 1;
        for (ulong page = 0; page < pages; page++)
        {
            yield return page * 4096;
        }
    }

    private static int? FewestCuts(ulong sizeBytes, Func<ulong, uint, bool> isSegment)
    {
        var pages = (int)((sizeBytes + 4095) / 4096);
        var fewest = new int?[pages + 1];
        fewest[0] = 0;
        for (var end = 1; end <= pages; end++)
        {
            for (var start = 0; start < end; start++)
            {
                var (from, to) = ((ulong)start * 4096, Math.Min(sizeBytes, (ulong)end * 4096));
                if (fewest[start] is { } before
                    && !(fewest[end] <= before + 1)
                    && isSegment(from, (uint)(to - from)))
                {
                    fewest[end] = before + 1;
                }
            }
        }

        return fewest[pages];
    }
}
