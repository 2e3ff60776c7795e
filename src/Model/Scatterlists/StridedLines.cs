namespace DmaGrains.Model.Scatterlists;

/// <summary>Segment counts for video lines that are captured into scattered pages, each line by segments of its own (thread #56).</summary>
public static class StridedLines
{
    /// <summary>The thread's worst case: the pages that the bytes of a line fill, times the lines.</summary>
    /// <param name="height">Lines.</param>
    /// <param name="bytesPerLine">Bytes captured of each line.</param>
    /// <remarks>
    /// Not the worst case: a line that starts inside a page can touch one page more, even when it is shorter than a
    /// page. See <see cref="SegmentCount"/>.
    /// </remarks>
    public static ulong FormulaCount(uint height, uint bytesPerLine) => height * Page.CountFor(bytesPerLine);

    /// <summary>The exact number: pages that each line touches, summed.</summary>
    /// <param name="height">Lines.</param>
    /// <param name="bytesPerLine">Bytes captured of each line; 0 needs no segment.</param>
    /// <param name="strideBytes">Bytes from the start of one line to that of the next.</param>
    /// <param name="firstOffset">Where the first line starts, in bytes from the start of a page.</param>
    /// <param name="pageOrder">The kernel's page order.</param>
    public static ulong SegmentCount(uint height, uint bytesPerLine, uint strideBytes, uint firstOffset = 0, int pageOrder = 0)
    {
        var pageBytes = Page.SizeOf(pageOrder);

        // The offsets of lines in their pages repeat after at most as many lines as a page has bytes.
        var period = Math.Min(height, pageBytes);
        ulong perPeriod = 0;
        ulong rest = 0;
        for (uint line = 0; line < period; line++)
        {
            var start = (firstOffset + ((ulong)line * strideBytes)) % pageBytes;
            var pages = bytesPerLine == 0 ? 0 : Page.CountFor(start + bytesPerLine, pageOrder) >> pageOrder;
            perPeriod += pages;
            rest += line < height % period ? pages : 0;
        }

        return height == 0 ? 0 : (height / period * perPeriod) + rest;
    }
}
