using System.Collections.Immutable;
using DmaGrains.Kernel.Listings;
using DmaGrains.Tests.Shared;

namespace DmaGrains.Kernel.Tests.Listings;

public sealed class BoardFitTests
{
    private static readonly BoardFit _small = BoardFit.On(
        SmallBoard.Definition, ImmutableDictionary<string, string>.Empty.Add("fe00.display", "display"));

    [Fact]
    public void Importers_that_all_can_map_fit()
    {
        var fit = _small.Of(Attached(65536, "display", "gpu"))!;

        Assert.Equal("ok", fit.Outcome);
        Assert.Equal(1u, fit.Union!.MaxSegmentCount);
        Assert.Empty(fit.UnknownDevices);
    }

    [Fact]
    public void A_buffer_that_no_memory_of_the_board_holds_for_them_is_refused()
    {
        var fit = _small.Of(Attached(5 << 20, "fe00.display", "gpu"))!;

        Assert.Equal("ENOMEM", fit.Outcome);
        Assert.Equal("ok", _small.Of(Attached(5 << 20, "gpu"))!.Outcome);
    }

    [Theory]
    [InlineData("frame", "frame")]
    [InlineData("a frame\n", "buffer-1")]
    [InlineData(null, "buffer-1")]
    public void A_refusal_calls_the_buffer_by_its_name_where_it_can(string? name, string shown)
    {
        var fit = BoardFit.On(
            SmallBoard.Definition with { Devices = [new("blitter", new(4096, 4, 0))] }, ImmutableDictionary<string, string>.Empty)
            .Of(Attached(1 << 20, "blitter") with { Name = name })!;

        Assert.Equal("EINVAL", fit.Outcome);
        Assert.Contains($"; {shown} has 1048576.", fit.Refusal!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Devices_that_the_board_has_not_are_told_and_left_out()
    {
        Assert.Equal(["vgem"], _small.Of(Attached(4096, "vgem", "gpu", "vgem"))!.UnknownDevices);
        Assert.Null(_small.Of(Attached(4096, "vgem"))!.Outcome);
        Assert.Null(_small.Of(new(1, 4096, "drm", 1, null)));
    }

    [Fact]
    public void A_device_may_attach_several_times() =>
        Assert.Equal("ok", _small.Of(Attached(4096, "gpu", "gpu", "gpu"))!.Outcome);

    [Theory]
    [InlineData(0UL)]
    [InlineData(ulong.MaxValue)]
    public void Sizes_that_no_buffer_has_are_refused(ulong size) => Assert.Equal("EINVAL", _small.Of(Attached(size, "gpu"))!.Outcome);

    private static ImportedBuffer Attached(ulong sizeBytes, params ImmutableArray<string> devices) => new(1, sizeBytes, "drm", 1, devices);
}
