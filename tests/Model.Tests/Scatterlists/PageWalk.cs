using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Model.Tests.Scatterlists;

/// <summary>The slow way to a scatterlist: page by page, as tests/vectors/README.md words the kernel's rule.</summary>
internal static class PageWalk
{
    /// <summary>The list of these pages; no segment crosses a multiple of <paramref name="windowPages"/>.</summary>
    public static List<SgEntry> Build(
        IEnumerable<ulong> pfns, uint offset, ulong size, uint maxSegment, ulong windowPages = ulong.MaxValue)
    {
        var entries = new List<SgEntry>();
        var remaining = size;
        foreach (var piece in PiecesOf(pfns, maxSegment / 4096, windowPages))
        {
            var span = (ulong)unchecked(((uint)piece.Count * 4096) - offset);
            entries.Add(new(piece[0], offset, (uint)Math.Min(remaining, span)));
            remaining = unchecked(remaining - span);
            offset = 0;
        }

        return entries;
    }

    /// <summary>The list with more pages behind it.</summary>
    public static List<SgEntry> Append(IEnumerable<SgEntry> table, IEnumerable<ulong> pfns, ulong size, uint maxSegment)
    {
        var entries = table.ToList();
        var pages = new Queue<ulong>(pfns);
        while (pages.TryPeek(out var pfn))
        {
            var last = entries[^1];
            var behind = ((last.FirstPfn * 4096) + last.OffsetBytes + last.LengthBytes) / 4096;
            if (pfn != behind || (ulong)last.LengthBytes + 4096 > maxSegment / 4096 * 4096)
            {
                break;
            }

            pages.Dequeue();
            entries[^1] = last with { LengthBytes = last.LengthBytes + 4096 };
        }

        return [.. entries, .. Build(pages, 0, size, maxSegment)];
    }

    /// <summary>Every page of some runs, in order.</summary>
    public static IEnumerable<ulong> PagesOf(IEnumerable<PageExtent> extents)
    {
        foreach (var extent in extents)
        {
            for (ulong page = 0; page < extent.PageCount; page++)
            {
                yield return extent.FirstPfn + page;
            }
        }
    }

    private static List<List<ulong>> PiecesOf(IEnumerable<ulong> pfns, uint segmentPages, ulong windowPages)
    {
        var pieces = new List<List<ulong>>();
        foreach (var pfn in pfns)
        {
            var joins = pieces.Count != 0
                && pieces[^1][^1] + 1 == pfn
                && pieces[^1].Count < segmentPages
                && pfn % windowPages != 0;
            if (!joins)
            {
                pieces.Add([]);
            }

            pieces[^1].Add(pfn);
        }

        return pieces;
    }
}
