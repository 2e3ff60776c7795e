using DmaGrains.Model.Constraints;

namespace DmaGrains.Model.Scatterlists;

/// <summary>Builds scatterlists from runs of pages.</summary>
/// <remarks>
/// Source: lib/scatterlist.c, sg_alloc_append_table_from_pages. The kernel walks pages; this walks runs and gives the same list. The
/// boundary mask is this project's addition: the kernel's builder ignores it.
/// </remarks>
public static class Scatterlist
{
    /// <summary>Builds the list of a buffer's pages.</summary>
    /// <param name="extents">The pages in buffer order; adjacent runs are merged.</param>
    /// <param name="offsetBytes">Where the data starts, in bytes from the first page; in the kernel as here, an offset beyond the first
    /// run wraps in 32 bits, and the first entry then has all that is left.</param>
    /// <param name="sizeBytes">Bytes of data after the offset. Unless it ends within the last page, see the kernel's quirks:
    /// more than the pages hold is silently short, less wraps and later entries come out full.</param>
    /// <param name="maxSegmentSize">Longest segment in bytes; floored to a page.</param>
    /// <param name="segmentBoundaryMask">No segment crosses a multiple of mask + 1 (2^k-1, at least one page).</param>
    /// <returns>EINVAL naming MaxSegmentSize when it is below one page.</returns>
    /// <remarks>
    /// The only place that cuts a buffer's pages, with <see cref="EntryWriter"/>, which merges runs and cuts them. <see cref="Append"/>
    /// does too, for kernel vectors only.
    /// </remarks>
    public static DmaResult<SgTable> Build(
        ReadOnlySpan<PageExtent> extents,
        uint offsetBytes,
        ulong sizeBytes,
        uint maxSegmentSize,
        ulong segmentBoundaryMask = ulong.MaxValue)
    {
        var segmentPages = maxSegmentSize >> Page.Shift;
        if (segmentPages == 0)
        {
            return DmaResult.Refuse<SgTable>(BelowPage(maxSegmentSize));
        }

        var windowPages = WindowPages(segmentBoundaryMask);
        var writer = new EntryWriter(offsetBytes, sizeBytes, segmentPages, windowPages);
        writer.AddRuns(extents);
        return DmaResult.Grant(writer.ToTable());
    }

    /// <summary>Appends pages to a table: the last segment grows while it can, the rest become new segments.</summary>
    /// <param name="table">The table so far; it is not changed.</param>
    /// <param name="extents">The pages to add.</param>
    /// <param name="offsetBytes">Must be 0.</param>
    /// <param name="sizeBytes">Bytes of data in these pages.</param>
    /// <param name="maxSegmentSize">Longest segment in bytes; floored to a page.</param>
    /// <returns>EINVAL naming MaxSegmentSize (below one page) or OffsetBytes (not 0).</returns>
    public static DmaResult<SgTable> Append(
        SgTable table, ReadOnlySpan<PageExtent> extents, uint offsetBytes, ulong sizeBytes, uint maxSegmentSize)
    {
        var segmentPages = maxSegmentSize >> Page.Shift;
        if (segmentPages == 0)
        {
            return DmaResult.Refuse<SgTable>(BelowPage(maxSegmentSize));
        }

        if (offsetBytes != 0)
        {
            return DmaResult.Refuse<SgTable>(new(
                Errno.EINVAL, null, "OffsetBytes", offsetBytes, 0,
                $"Pages appended to a table start at offset 0, not {offsetBytes}."));
        }

        var rest = extents.ToArray();
        var entries = table.Entries.ToArray();
        GrowLast(ref entries[^1], rest, segmentPages);

        // As in the kernel, pages that went into the last segment do not reduce the size that is left.
        var writer = new EntryWriter(0, sizeBytes, segmentPages, ulong.MaxValue);
        foreach (var entry in entries)
        {
            writer.Add(entry);
        }

        writer.AddRuns(rest);
        return DmaResult.Grant(writer.ToTable());
    }

    /// <summary>The number of entries that <see cref="Build"/> makes of one run, without building them.</summary>
    /// <param name="run">Consecutive pages.</param>
    /// <param name="constraints">Size limit of at least one page, boundary mask of at least one page.</param>
    public static ulong CountEntries(PageExtent run, DmaConstraints constraints)
    {
        var segmentPages = constraints.MaxSegmentSize >> Page.Shift;
        var windowPages = WindowPages(constraints.SegmentBoundaryMask);
        var before = WindowEnd(run.FirstPfn, run.EndPfn, windowPages) - run.FirstPfn;
        var behind = run.PageCount - before;
        var count = Ceiling(before, segmentPages);
        return behind == 0
            ? count
            : count + (behind / windowPages * Ceiling(windowPages, segmentPages)) + Ceiling(behind % windowPages, segmentPages);
    }

    private static ulong Ceiling(ulong pages, uint segmentPages) => (pages + segmentPages - 1) / segmentPages;

    /// <summary>Pages between two boundaries; 2^64-1 when there are none.</summary>
    internal static ulong WindowPages(ulong segmentBoundaryMask) => segmentBoundaryMask == ulong.MaxValue
        ? ulong.MaxValue
        : Math.Max(1, (segmentBoundaryMask + 1) >> Page.Shift);

    /// <summary>Where the part of a run that starts at <paramref name="first"/> ends: at the run's end or the next boundary.</summary>
    internal static ulong WindowEnd(ulong first, ulong end, ulong windowPages) =>
        windowPages == ulong.MaxValue || end - first <= windowPages - (first & (windowPages - 1))
            ? end
            : first + windowPages - (first & (windowPages - 1));

    /// <summary>Moves pages from the front of <paramref name="rest"/> into the last segment while they fit.</summary>
    private static void GrowLast(ref SgEntry last, Span<PageExtent> rest, uint segmentPages)
    {
        var limit = segmentPages << Page.Shift;
        for (var index = 0; index < rest.Length; index++)
        {
            while (rest[index].PageCount > 0)
            {
                var next = ((last.FirstPfn << Page.Shift) + last.OffsetBytes + last.LengthBytes) >> Page.Shift;
                if (rest[index].FirstPfn != next || (ulong)last.LengthBytes + Page.SizeBytes > limit)
                {
                    return;
                }

                last = last with { LengthBytes = last.LengthBytes + Page.SizeBytes };
                rest[index] = new(rest[index].FirstPfn + 1, rest[index].PageCount - 1);
            }
        }
    }

    private static Refusal BelowPage(uint maxSegmentSize) => new(
        Errno.EINVAL, null, nameof(DmaConstraints.MaxSegmentSize), Page.SizeBytes, maxSegmentSize,
        $"A segment limit of {maxSegmentSize} bytes holds no whole page.");
}
