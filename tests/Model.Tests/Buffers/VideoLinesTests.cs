using CsCheck;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Policies;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Model.Tests.Boards;
using DmaGrains.Model.Translation;
using static DmaGrains.Model.Tests.Boards.SmallBoard;

namespace DmaGrains.Model.Tests.Buffers;

public sealed class VideoLinesTests
{
    private static readonly Gen<VideoLines> _lines = Gen.Select(
        Gen.UInt[1, 20], Gen.UInt[1, 60], Gen.UInt[0, 20], Gen.UInt[0, 30], (height, bytes, gap, offset) =>
            new VideoLines(height, bytes, bytes + gap, offset));

    private static readonly ExporterPolicy _ownLists = new() { Lists = ListSharing.Own };

    [Fact]
    public void SegmentCount_is_what_counting_byte_by_byte_gives() =>
        Gen.Select(_lines, Gen.UInt[1, 25].Array[1, 200]).Sample((lines, lengths) =>
        {
            var segments = Covering(lines.EndBytes, lengths);
            var bySegment = segments.SelectMany((segment, index) => Enumerable.Repeat(index, (int)segment.LengthBytes)).ToArray();
            var counted = Enumerable.Range(0, (int)lines.Height).Sum(line =>
                bySegment.AsSpan((int)(lines.OffsetBytes + (lines.StrideBytes * (uint)line)), (int)lines.BytesPerLine)
                    .ToArray().Distinct().Count());

            Assert.Equal((ulong)counted, lines.SegmentCount(segments));
        });

    [Fact]
    public void SegmentCount_of_one_segment_is_a_segment_for_each_line() =>
        Assert.Equal(720UL, new VideoLines(720, 3200, 3200).SegmentCount([new(new(0), 720 * 3200)]));

    [Fact]
    public void WorstSegmentCount_is_the_count_over_pages_that_lie_apart() =>
        Gen.Select(_lines, Gen.OneOf(0, 2, 4)).Sample((lines, order) =>
        {
            var pages = Enumerable.Repeat(Page.SizeOf(order), (int)(Page.CountFor(lines.EndBytes, order) >> order)).ToArray();
            Assert.Equal(lines.WorstSegmentCount(order), lines.SegmentCount(Covering(lines.EndBytes, pages)));
        });

    [Fact]
    public void Map_refuses_lines_that_straddle_pages_where_the_formula_would_let_them_in()
    {
        // 40 lines of 3000 bytes a stride of 3200 apart: a segment each by the formula, over a page edge in fact.
        var lines = new VideoLines(40, 3000, 3200);
        var scattered = MappedBoard.With(40 * 3200, _ownLists, null, lines).After(Attach("capture"));

        var (next, reply) = scattered.Execute(Frame, Map("capture"));

        var refusal = reply.Refusal!;
        Assert.Equal(scattered.Memory.FreePageCount, next.Memory.FreePageCount);
        Assert.Null(next.FrameOf().Storage);
        Assert.Equal(40UL, StridedLines.FormulaCount(lines.Height, lines.BytesPerLine));
        Assert.Equal((Errno.EINVAL, "capture", "MaxSegmentCount"), (refusal.Errno, refusal.Importer, refusal.Field));
    }

    [Fact]
    public void Attach_refuses_more_lines_than_the_device_has_segments()
    {
        var tall = MappedBoard.With(49 * 1024, null, null, new VideoLines(49, 1024, 1024));

        var refusal = tall.RefusalOf(Attach("capture"));

        Assert.Equal((Errno.EINVAL, "MaxSegmentCount", 49UL, 48UL), (refusal.Errno, refusal.Field, refusal.Needed, refusal.Limit));
        Assert.True(tall.After(Attach("wide")).FrameOf().Attachments.Length == 1);
    }

    [Fact]
    public void Map_accepts_lines_that_keep_off_page_edges()
    {
        var aligned = MappedBoard.With(48 * 4096, _ownLists, null, new VideoLines(48, 3000, 4096)).After(Attach("capture"), Map("capture"));

        Assert.Empty(aligned.FrameOf().Hazards);
    }

    [Fact]
    public void Check_accepts_exactly_the_lines_that_lie_in_the_buffer_without_overlap() =>
        Gen.Select(Gen.UInt[0, 5], Gen.UInt[0, 9], Gen.UInt[0, 12], Gen.UInt[0, 7], Gen.ULong[1, 60]).Sample(
            (height, bytes, stride, offset, size) =>
        {
            var lines = new VideoLines(height, bytes, stride, offset);
            var ends = Enumerable.Range(0, (int)height).Select(line => offset + ((ulong)line * stride) + bytes).ToList();
            var fits = height > 0 && bytes > 0 && stride >= bytes && ends.TrueForAll(end => end <= size);

            var refusal = lines.Check("frame", size);

            Assert.Equal(fits, refusal is null);
            Assert.True(fits || refusal is { Errno: Errno.EINVAL, Field: "Lines" });
        });

    [Fact]
    public void Check_takes_the_largest_lines_there_are()
    {
        var lines = new VideoLines(uint.MaxValue, uint.MaxValue, uint.MaxValue, uint.MaxValue);

        Assert.Null(lines.Check("frame", lines.EndBytes));
        Assert.Equal(lines.EndBytes, lines.Check("frame", lines.EndBytes - 1)!.Needed);
    }

    private static DmaSegment[] Covering(ulong size, uint[] lengths)
    {
        var segments = new List<DmaSegment>();
        for (var (start, index) = (0UL, 0); start < size; index++)
        {
            var length = (uint)Math.Min(lengths[index % lengths.Length], size - start);
            segments.Add(new(new(start), length));
            start += length;
        }

        return [.. segments];
    }
}
