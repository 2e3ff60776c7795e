using DmaGrains.Model.Buffers;
using static DmaGrains.Tests.Shared.SmallBoard;

namespace DmaGrains.Reports.Tests;

public sealed class BufferReportTests
{
    [Fact]
    public void Attachments_come_in_the_order_of_attaching_and_say_how_they_get_at_the_buffer()
    {
        var report = BufferReport.Of(BufferAfter(4096, Attach("gpu"), Attach("blitter")));

        Assert.Equal(["gpu", "blitter"], report.Attachments.Select(attachment => attachment.Name));
        Assert.All(report.Attachments, attachment => Assert.Equal(["map", "scatterlist", "pfns"], attachment.Access));
        Assert.Equal([0u, 65536u], report.Attachments.Select(attachment => attachment.PreferredSegmentSize));
    }

    [Fact]
    public void Mappings_say_what_they_are_and_what_they_hold()
    {
        var report = BufferReport.Of(BufferAfter(
            200_000,
            Attach("gpu"),
            new DmaCommand.Map("m", "gpu", DmaDirection.ToDevice) { Options = MapOptions.NoBounce },
            new DmaCommand.GetPfns("p", "gpu"),
            new DmaCommand.GetScatterlist("s", "gpu")));

        Assert.Equal([("m", "map", "to-device"), ("p", "pfns", null), ("s", "scatterlist", null)],
            report.Mappings.Select(mapping => (mapping.Name, mapping.Access, mapping.Direction)));
        Assert.Equal(["no-bounce"], report.Mappings[0].Options);
        Assert.Equal(report.Mappings[2].Scatterlist!.EntryCount, report.Mappings[0].Scatterlist!.MappedEntryCount);
        Assert.Null(report.Mappings[1].Scatterlist);
        Assert.Equal(49UL, report.Mappings[1].Pfns!.PfnCount);
    }

    [Fact]
    public void Lines_tell_what_a_capture_must_be_ready_for()
    {
        var export = new BufferExport(Frame, 720 * 3200) { Lines = new(720, 3200, 3200) };

        var lines = BufferReport.Of(BufferAfter(export)).Lines!;

        Assert.Equal((720u, 3200u, 3200u, 0u), (lines.Height, lines.BytesPerLine, lines.Stride, lines.Offset));
        Assert.InRange(lines.WorstSegmentCount, 721UL, 1440UL);
    }
}
