using CsCheck;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Model.Tests.Buffers;

public sealed class VideoLinesTests
{
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
}
