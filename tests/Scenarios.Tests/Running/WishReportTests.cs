using CsCheck;
using DmaGrains.Model.Buffers;
using DmaGrains.Scenarios.Running;
using static DmaGrains.Scenarios.Tests.SmallBoard;

namespace DmaGrains.Scenarios.Tests.Running;

public sealed class WishReportTests
{
    [Fact]
    public void Segments_shorter_than_the_wish_are_counted_but_for_the_last() => Gen.ULong[1, 1 << 20].Sample(size =>
    {
        var buffer = BufferAfter(size, Attach("blitter"), Map("blitter", DmaDirection.ToDevice));
        var lengths = buffer.Mappings[0].ToSegments().Select(segment => segment.LengthBytes).ToList();

        var wish = WishReport.Of(buffer, buffer.Mappings[0]);

        return (wish?.ShorterCount ?? 0) == lengths.SkipLast(1).Count(length => length < 65536)
            && (wish is null || (wish.SegmentCount == lengths.Count && wish.Device == "blitter" && wish.PreferredSegmentSize == 65536));
    });

    [Fact]
    public void A_device_that_does_not_care_wishes_nothing()
    {
        var buffer = BufferAfter(1 << 20, Attach("gpu"), Map("gpu", DmaDirection.ToDevice));

        Assert.Null(WishReport.Of(buffer, buffer.Mappings[0]));
    }

    [Fact]
    public void Who_takes_the_list_unmapped_wishes_nothing()
    {
        var buffer = BufferAfter(1 << 20, Attach("blitter"), new DmaCommand.GetScatterlist("raw", "blitter"));

        Assert.Null(WishReport.Of(buffer, buffer.Mappings[0]));
    }
}
