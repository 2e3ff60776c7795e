using CsCheck;
using DmaGrains.Kernel.Capturing;

namespace DmaGrains.Kernel.Tests.Capturing;

public sealed class ByteRangeTests
{
    private static readonly Gen<ByteRange> _anyRange = Gen.Select(Gen.ULong[0, 40], Gen.ULong[0, 40], (start, end) => new ByteRange(start, end));

    [Fact]
    public void Merged_ranges_hold_the_same_bytes_and_lie_apart() => _anyRange.Array[0, 6].Sample(ranges =>
    {
        var merged = ByteRange.Merge(ranges);

        Assert.Equal(BytesOf(ranges), BytesOf(merged));
        Assert.All(merged.Zip(merged.Skip(1)), pair => Assert.True(pair.First.End < pair.Second.Start));
    });

    [Fact]
    public void A_range_is_what_it_has_in_common_with_another_and_what_is_left_without_it() =>
        Gen.Select(_anyRange, _anyRange).Sample((range, other) =>
        {
            var left = range.Without(other).ToList();

            Assert.Equal(BytesOf([range]), BytesOf([.. left, range.Common(other)]));
            Assert.Empty(BytesOf(left).Intersect(BytesOf([other])));
        });

    [Theory]
    [InlineData(0UL, 4096UL, 0UL, 4096UL)]
    [InlineData(1UL, 8191UL, 4096UL, 4096UL)]
    [InlineData(4095UL, 12289UL, 4096UL, 12288UL)]
    public void Whole_pages_of_a_byte_range_lie_within_it(ulong start, ulong end, ulong first, ulong behind) =>
        Assert.Equal(new ByteRange(first, behind), new ByteRange(start, end).WholePages(4096));

    [Fact]
    public void No_whole_page_lies_at_the_very_end() =>
        Assert.Equal(0UL, new ByteRange(ulong.MaxValue - 10, ulong.MaxValue).WholePages(4096).SizeBytes);

    private static SortedSet<ulong> BytesOf(IEnumerable<ByteRange> ranges)
    {
        var bytes = new SortedSet<ulong>();
        foreach (var range in ranges.Where(range => range.SizeBytes > 0))
        {
            for (var at = range.Start; at < range.End; at++)
            {
                bytes.Add(at);
            }
        }

        return bytes;
    }
}
