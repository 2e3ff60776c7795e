using DmaGrains.Model.Scatterlists;
using DmaGrains.Model.Translation;
using Orleans;

namespace DmaGrains.Model.Buffers;

/// <summary>Lines of a video frame in a buffer (thread #56).</summary>
/// <param name="Height">Lines, 1 or more.</param>
/// <param name="BytesPerLine">Bytes of each line, 1 or more.</param>
/// <param name="StrideBytes">Bytes from the start of one line to that of the next, at least <paramref name="BytesPerLine"/>.</param>
/// <param name="OffsetBytes">Where the first line starts.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.lines")]
public readonly record struct VideoLines(uint Height, uint BytesPerLine, uint StrideBytes, uint OffsetBytes = 0)
{
    /// <summary>Bytes from the start of the buffer to the end of the last line; 0 without lines.</summary>
    public ulong EndBytes => Height == 0 ? 0 : OffsetBytes + ((ulong)StrideBytes * (Height - 1)) + BytesPerLine;

    /// <summary>Null when a buffer can have these lines.</summary>
    /// <param name="buffer">Its name, for the message.</param>
    /// <param name="sizeBytes">Its size.</param>
    /// <returns>EINVAL naming Lines for no lines, no bytes, overlapping lines, or lines that end beyond the buffer.</returns>
    public Refusal? Check(string buffer, ulong sizeBytes)
    {
        if (Height == 0 || BytesPerLine == 0)
        {
            return Refusal.Of(
                Errno.EINVAL, "Lines", $"{buffer} has {Height} lines of {BytesPerLine} bytes: expected 1 or more of both.");
        }

        if (StrideBytes < BytesPerLine)
        {
            return new(
                Errno.EINVAL, null, "Lines", BytesPerLine, StrideBytes,
                $"Lines of {BytesPerLine} bytes in {buffer} start every {StrideBytes} bytes: expected no overlap.");
        }

        return EndBytes <= sizeBytes
            ? null
            : new(
                Errno.EINVAL, null, "Lines", EndBytes, sizeBytes,
                $"The lines of {buffer} end at byte {EndBytes}; it has {sizeBytes}.");
    }

    /// <summary>The most segments that a line-by-line capture may need: no two pages are adjacent.</summary>
    /// <param name="pageOrder">The kernel's page order.</param>
    public ulong WorstSegmentCount(int pageOrder = 0) =>
        StridedLines.SegmentCount(Height, BytesPerLine, StrideBytes, OffsetBytes % Page.SizeOf(pageOrder), pageOrder);

    /// <summary>The segments that a line-by-line capture needs: those that each line touches, summed up.</summary>
    /// <param name="segments">The list, from the start of the buffer; it covers every line.</param>
    public ulong SegmentCount(ReadOnlySpan<DmaSegment> segments)
    {
        ulong count = 0;
        ulong segmentStart = 0;
        var index = 0;
        for (uint line = 0; line < Height; line++)
        {
            var start = OffsetBytes + ((ulong)line * StrideBytes);
            var end = start + BytesPerLine;
            while (segmentStart + segments[index].LengthBytes <= start)
            {
                segmentStart += segments[index++].LengthBytes;
            }

            // The next line may share the last segment of this one.
            var (reached, touched) = (segmentStart + segments[index].LengthBytes, 1UL);
            for (var next = index + 1; reached < end; next++)
            {
                reached += segments[next].LengthBytes;
                touched++;
            }

            count += touched;
        }

        return count;
    }
}
