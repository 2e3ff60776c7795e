namespace DmaGrains.Kernel.Capturing;

/// <summary>A range of physical addresses.</summary>
/// <param name="Start">Its first byte.</param>
/// <param name="End">The address after its last byte.</param>
/// <remarks>
/// A record, as all that is read of trees is: code for lists, dictionaries and queries of structs of ours, of tuples and of enumerations is not
/// compiled ahead, and a capture is short. Of numbers, the framework has code for keys that are <c>int</c> or <c>ulong</c>, and sorts by <c>int</c>.
/// </remarks>
internal sealed record ByteRange(ulong Start, ulong End)
{
    /// <summary>Bytes; 0 when it is empty.</summary>
    public ulong SizeBytes => End > Start ? End - Start : 0;

    /// <summary>The whole pages that lie in it.</summary>
    /// <param name="pageBytes">Bytes in a page.</param>
    public ByteRange WholePages(uint pageBytes)
    {
        var mask = (ulong)pageBytes - 1;
        var start = Start > ulong.MaxValue - mask ? ulong.MaxValue & ~mask : (Start + mask) & ~mask;
        return new(start, End & ~mask);
    }

    /// <summary>The intersection with another range.</summary>
    public ByteRange Common(ByteRange other) => new(Math.Max(Start, other.Start), Math.Min(End, other.End));

    /// <summary>The parts of it outside another range.</summary>
    public IEnumerable<ByteRange> Without(ByteRange other) => Common(other).SizeBytes == 0
        ? [this]
        : new ByteRange[] { new(Start, Math.Max(Start, other.Start)), new(Math.Min(End, other.End), End) }.Where(range => range.SizeBytes > 0);

    /// <summary>Ranges in address order; adjacent or overlapping ones are merged.</summary>
    public static List<ByteRange> Merge(IEnumerable<ByteRange> ranges)
    {
        var merged = new List<ByteRange>();
        var sorted = ranges.Where(range => range.SizeBytes > 0).ToList();
        sorted.Sort(static (left, right) => left.Start.CompareTo(right.Start));
        foreach (var range in sorted)
        {
            if (merged.Count > 0 && range.Start <= merged[^1].End)
            {
                merged[^1] = merged[^1] with { End = Math.Max(merged[^1].End, range.End) };
            }
            else
            {
                merged.Add(range);
            }
        }

        return merged;
    }
}
