using CsCheck;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Model.Tests.Scatterlists;

public sealed class StridedLinesTests
{
    private static readonly Gen<(uint Height, uint Line, uint Stride, uint Offset)> _capture =
        from height in Gen.OneOf(Gen.UInt[0, 30], Gen.UInt[4090, 9000])
        from line in Gen.UInt[0, 20_000]
        from gap in Gen.OneOf(Gen.UInt[0, 5000], Gen.Const(0u))
        from offset in Gen.UInt[0, 10_000]
        select (height, line, line + gap, offset);

    [Fact]
    public void SegmentCount_is_the_pages_counted_line_by_line() => _capture.Sample((height, line, stride, offset) =>
        StridedLines.SegmentCount(height, line, stride, offset) == CountLineByLine(height, line, stride, offset));

    [Fact]
    public void SegmentCount_is_at_most_one_segment_a_line_above_the_formula() =>
        _capture.Sample((height, line, stride, offset) =>
        {
            var formula = StridedLines.FormulaCount(height, line);
            var exact = StridedLines.SegmentCount(height, line, stride, offset);
            return exact >= formula && exact <= formula + height;
        });

    [Fact]
    public void SegmentCount_exceeds_the_formula_when_a_line_shorter_than_a_page_straddles_an_edge()
    {
        // 640x480 in 16 bits a pixel: 16 lines of 1280 bytes fill 5 pages, and 4 of them lie across an edge.
        Assert.Equal(480u, StridedLines.FormulaCount(480, 1280));
        Assert.Equal(600u, StridedLines.SegmentCount(480, 1280, 1280));
    }

    [Theory]
    [InlineData(1, 4096, 0, 1)]
    [InlineData(1, 4096, 1, 2)]
    [InlineData(1, 1, 4095, 1)]
    [InlineData(1, 2, 4095, 2)]
    [InlineData(1080, 7680, 0, 2 * 1080)]
    public void SegmentCount_of_lines_8_KiB_apart(uint height, uint line, uint offset, ulong segments) =>
        Assert.Equal(segments, StridedLines.SegmentCount(height, line, 8192, offset));

    [Fact]
    public void SegmentCount_takes_the_largest_numbers() => Assert.Equal(
        (ulong)uint.MaxValue * ((1 << 20) + 1),
        StridedLines.SegmentCount(uint.MaxValue, uint.MaxValue, 4096, 4095));

    private static ulong CountLineByLine(uint height, uint line, uint stride, uint offset)
    {
        ulong count = 0;
        for (ulong index = 0; index < height && line != 0; index++)
        {
            var first = offset + (index * stride);
            count += ((first + line - 1) / 4096) - (first / 4096) + 1;
        }

        return count;
    }
}
