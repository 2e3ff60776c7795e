using CsCheck;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Reports;
using DmaGrains.Scenarios.Files;
using DmaGrains.Scenarios.Running;
using DmaGrains.Tests.Shared;
using static DmaGrains.Tests.Shared.SmallBoard;

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
    public void Behind_an_MMU_the_runs_of_pages_are_counted_not_what_they_are_joined_to()
    {
        // Its driver would like longer runs than the 60 KiB that this board has.
        var definition = ScenarioFile.Read(ShippedFiles.Scenario("few-tlb-entries")).Board;
        var board = Board.Create(definition with
        {
            Devices = [.. definition.Devices.Select(device => device.Name == "render" ? device with { PreferredSegmentSize = 65536 } : device)],
        }).Value.Export(new(Frame, 1 << 20)).Next;
        foreach (var command in (DmaCommand[])[Attach("render"), Map("render", DmaDirection.ToDevice)])
        {
            board = board.Execute(Frame, command).Next;
        }

        var buffer = board.Buffer(Frame)!;

        var wish = WishReport.Of(buffer, buffer.Mappings[0])!;

        Assert.Single(buffer.Mappings[0].ToSegments());
        Assert.Equal(buffer.Storage!.Extents.Length, wish.SegmentCount);
    }

    [Fact]
    public async Task A_wish_passes_over_holes_that_are_shorter()
    {
        var scenario = ScenarioFile.Read(ShippedFiles.Scenario("few-tlb-entries"));
        var report = await ScenarioRunner.PlayAsync(scenario, ModelEngine.Create(scenario.Board).Value, TestContext.Current.CancellationToken);

        var (texture, video) = (report.Steps.Single(step => step.Operation == "map" && step.Buffer == "texture"), report.Steps[^1]);

        Assert.Equal([61440u, 61440u, 61440u, 61440u], texture.Scatterlist!.Segments.Select(segment => segment.Length));
        Assert.Null(texture.Wish);
        Assert.Equal((15, 16), (video.Wish!.ShorterCount, video.Wish.SegmentCount));
    }

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
