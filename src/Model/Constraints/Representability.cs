namespace DmaGrains.Model.Constraints;

/// <summary>Whether any list of whole pages can represent a buffer, and with how few segments.</summary>
/// <remarks>
/// Closed forms that give the result of an exhaustive search over page-granular cuts, each piece judged by the kernel's check_sg_segment.
/// The thread's own test (#4) is <see cref="ProductCovers"/>; it accepts unrepresentable buffers.
/// </remarks>
public static class Representability
{
    /// <summary>The thread's rule: count times size reaches the buffer's size, without overflow (#4, #5, #11).</summary>
    public static bool ProductCovers(ulong sizeBytes, DmaConstraints constraints) =>
        (UInt128)constraints.MaxSegmentSize * constraints.MaxSegmentCount >= sizeBytes;

    /// <summary>Whether some list of scattered pages satisfies the constraints, limits floored to pages.</summary>
    /// <param name="sizeBytes">Bytes, 1 or more; the last page may be partial.</param>
    /// <param name="constraints">The limits.</param>
    /// <param name="pageOrder">The kernel's page order.</param>
    /// <remarks>
    /// The only place that decides it for scattered pages, as <see cref="FitsOneRange"/> for one range. Where pages can be cut at will, the
    /// longest cuts decide; the rest is counted by <see cref="LeastSegmentCount"/>.
    /// </remarks>
    public static bool IsRepresentable(ulong sizeBytes, in DmaConstraints constraints, int pageOrder = 0)
    {
        var limits = constraints.InPages(pageOrder);
        ulong longest = limits.MaxSegmentSizeInPages(pageOrder);
        return longest == 0 || limits.SegmentBoundaryMask < Page.SizeOf(pageOrder) - 1
            ? LeastSegmentCount(sizeBytes, constraints, RangeShape.Scattered, SegmentLimit.Floored, pageOrder) is { } least && least <= limits.MaxSegmentCount
            : sizeBytes <= (Math.Min(longest - 1, limits.SegmentBoundaryMask) + 1) * limits.MaxSegmentCount;
    }

    /// <summary>Whether some list over one contiguous range satisfies the constraints, limits floored to pages.</summary>
    /// <param name="sizeBytes">Bytes, 1 or more; the last page may be partial.</param>
    /// <param name="constraints">The limits.</param>
    /// <param name="pageOrder">The kernel's page order.</param>
    public static bool FitsOneRange(ulong sizeBytes, DmaConstraints constraints, int pageOrder = 0) =>
        LeastSegmentCount(sizeBytes, constraints, RangeShape.ContiguousBestBase, SegmentLimit.Floored, pageOrder) is { } least
        && least <= constraints.InPages(pageOrder).MaxSegmentCount;

    /// <summary>The fewest segments that cover <paramref name="sizeBytes"/> (at least 1); the count limit is ignored.</summary>
    /// <param name="sizeBytes">Bytes, 1 or more; the last page may be partial.</param>
    /// <param name="constraints">Size limit and boundary mask (2^k-1).</param>
    /// <param name="shape">Where the pages may lie.</param>
    /// <param name="limit">How the size limit is read.</param>
    /// <param name="pageOrder">The kernel's page order.</param>
    /// <returns>Null when no list exists at any count.</returns>
    /// <remarks>The only place that counts the segments of lists that are not built.</remarks>
    public static UInt128? LeastSegmentCount(
        ulong sizeBytes, DmaConstraints constraints, RangeShape shape, SegmentLimit limit, int pageOrder = 0)
    {
        UInt128 size = sizeBytes;
        UInt128 window = constraints.BoundaryWindowBytes;
        UInt128 floored = constraints.InPages(pageOrder).MaxSegmentSizeInPages(pageOrder);
        var longest = limit == SegmentLimit.Exact ? constraints.MaxSegmentSize : floored;
        if (floored == 0 || window < Page.SizeOf(pageOrder))
        {
            // No segment can end on a page boundary with bytes after it, so the buffer is one segment or unrepresentable. A boundary inside a page of more than
            // 4 KiB cannot be kept.
            return longest != 0 && size <= UInt128.Min(longest, window) && (pageOrder == 0 || window >= Page.SizeOf(pageOrder)) ? 1 : null;
        }

        var cut = new SegmentCut(window, UInt128.Min(floored, window), UInt128.Min(longest, window), Page.SizeOf(pageOrder));
        return shape switch
        {
            RangeShape.Scattered => cut.CountRun(size),
            RangeShape.ContiguousAligned => cut.CountFrom(window, size),
            RangeShape.ContiguousBestBase => cut.CountBest(size),
            _ => throw new ArgumentOutOfRangeException(nameof(shape)),
        };
    }

    /// <summary>
    /// Pages between a contiguous range's base and its first boundary that are worth trying when an aligned base needs too many
    /// segments: an aligned base is not always the best one.
    /// </summary>
    /// <param name="sizeBytes">Bytes, 1 or more.</param>
    /// <param name="constraints">Size limit and boundary window of at least one page each.</param>
    internal static IEnumerable<ulong> FirstPartPages(ulong sizeBytes, DmaConstraints constraints)
    {
        var window = constraints.BoundaryWindowBytes;
        var longest = UInt128.Min(constraints.MaxSegmentSizeInPages(), window);
        return new SegmentCut(window, longest, longest, Page.SizeBytes).FirstParts(sizeBytes).Select(first => (ulong)(first >> Page.Shift));
    }

    /// <summary>How a contiguous range is cut: at every window, and in each window at every inner segment's length.</summary>
    /// <param name="Window">Bytes between boundaries.</param>
    /// <param name="Inner">Longest segment that is not the last one: whole pages.</param>
    /// <param name="Last">Longest last segment; may exceed <paramref name="Inner"/> by less than a page.</param>
    /// <param name="PageBytes">Bytes in a page of the kernel.</param>
    private readonly record struct SegmentCut(UInt128 Window, UInt128 Inner, UInt128 Last, uint PageBytes)
    {
        /// <summary>Segments of a run inside one window, or of pages placed at will.</summary>
        public UInt128 CountRun(UInt128 size) => size <= Last ? 1 : 1 + CeilingOf(size - Last, Inner);

        /// <summary>Segments when <paramref name="first"/> bytes lie before the first boundary.</summary>
        public UInt128 CountFrom(UInt128 first, UInt128 size)
        {
            if (size <= first)
            {
                return CountRun(size);
            }

            var rest = size - first;
            var wholeWindows = (rest - 1) / Window;
            return CeilingOf(first, Inner) + (wholeWindows * CeilingOf(Window, Inner))
                + CountRun(rest - (wholeWindows * Window));
        }

        /// <summary>
        /// The best base. Among bases with the same number of whole windows, one that leaves a multiple of
        /// <see cref="Inner"/> before the first boundary wastes nothing there; fewer whole windows never cost more.
        /// </summary>
        public UInt128 CountBest(UInt128 size)
        {
            var best = CountFrom(Window, size);
            foreach (var first in FirstParts(size))
            {
                best = UInt128.Min(best, CountFrom(first, size));
            }

            return best;
        }

        /// <summary>Bytes before the first boundary at the bases worth trying; empty when the range fits one window.</summary>
        public IEnumerable<UInt128> FirstParts(UInt128 size)
        {
            if (size <= Window)
            {
                return [];
            }

            // The smallest first part that still lets the rest end within the fewest windows, and multiples near it.
            var window = Window;
            var over = size % window == 0 ? window : size % window;
            var multiple = RoundUp(over, Inner);
            UInt128[] candidates = [RoundUp(over, PageBytes), multiple, multiple + Inner, window - (window % Inner)];
            return candidates.Where(first => first != 0 && first <= window);
        }

        private static UInt128 CeilingOf(UInt128 value, UInt128 divisor) => (value + divisor - 1) / divisor;

        private static UInt128 RoundUp(UInt128 value, UInt128 unit) => CeilingOf(value, unit) * unit;
    }
}
