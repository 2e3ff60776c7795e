using System.Text;
using CsCheck;
using DmaGrains.Kernel.Tracing;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Kernel.Tests.Tracing;

public class TraceTextTests
{
    private const string Attach = "dmabuf_attach: (dma_buf_dynamic_attach+0x4/0x260) dmabuf=0xff10 dev=\"{0}\" size=4096 dynamic=0x0 ino=7 exporter=\"drm\"";

    private static readonly string _whole = Whole(Printer.Tracefs);

    [Theory]
    [InlineData("             app-100     [001] .....    10.042183: ", "app", 100, 10_042_183_000UL)]
    [InlineData("          <idle>-0       [001] d.h2.    10.075875: ", "<idle>", 0, 10_075_875_000UL)]
    [InlineData("     kworker/0:2-54      [000] .....    10.139809: ", "kworker/0:2", 54, 10_139_809_000UL)]
    [InlineData(" vivid-001-vid-c-184     [001] .....     8.560871: ", "vivid-001-vid-c", 184, 8_560_871_000UL)]
    [InlineData("             app-100     (     90) [001] ..... 1.5: ", "app", 100, 1_500_000_000UL)]
    [InlineData("          sharer-240   [000]     7.214548: ", "sharer", 240, 7_214_548_000UL)]
    [InlineData("          sharer   245 [000]    12.520814: dmabuf:", "sharer", 245, 12_520_814_000UL)]
    [InlineData("          sharer   244/245   [000]    12.520814:   dmabuf:", "sharer", 245, 12_520_814_000UL)]
    [InlineData("app-100 [001] ..... 10.000001: ", "app", 100, 10_000_001_000UL)]
    [InlineData("    a-1 [000] x y-100     [001] .....    10.000001: ", "a-1 [000] x y", 100, 10_000_001_000UL)]
    [InlineData(" a-1 [0] 1: x: y-100     [001] .....    10.000001: ", "a-1 [0] 1: x: y", 100, 10_000_001_000UL)]
    public void The_head_of_a_line_tells_who_ran_when(string before, string task, int pid, ulong at)
    {
        var read = Read(before + string.Format(null, CompositeFormat.Parse(Attach), "gpu"));

        Assert.Equal((task, pid, at, "dmabuf_attach"), (read.Head.Task, read.Head.Pid, read.Head.AtNs, read.Head.Event));
        Assert.Equal("gpu", Assert.IsType<TraceEvent.Attach>(read).Device);
    }

    [Theory]
    [InlineData("0000:00:05.0")]
    [InlineData("x\" size=1 dynamic=0x0 ino=9")]
    [InlineData("x\" ino=9 dev=\"y")]
    [InlineData("a b\tc")]
    [InlineData("\"")]
    [InlineData("")]
    public void A_device_may_be_called_anything_and_forges_no_field(string device)
    {
        var read = Assert.IsType<TraceEvent.Attach>(Read($"app-1 [0] ..... 1.0: {string.Format(null, CompositeFormat.Parse(Attach), device)}"));

        Assert.Equal(device, read.Device);
        Assert.Equal(new BufferSeen(0xff10, 7, 4096, "drm"), read.Buffer);
    }

    [Theory]
    [InlineData("dmabuf=0xff10 dev=\"gpu\" size=4096 ino=7 dynamic=0x0")]
    [InlineData("dmabuf=0xff10 dev=\"gpu\" size=4096 dynamic=0x0 ino=7 ino=8")]
    [InlineData("dmabuf=0xff10 dev=\"gpu\" size=-x dynamic=0x0")]
    [InlineData("dmabuf=0x10000000000000000 dev=\"gpu\" size=1 dynamic=0x0")]
    [InlineData("dmabuf=0xff10 dev=\"gpu size=1 dynamic=0x0")]
    [InlineData("dmabuf=(fault) dev=\"gpu\" size=1 dynamic=0x0")]
    public void Fields_out_of_order_twice_or_malformed_are_not_read(string fields) =>
        Assert.IsType<TraceEvent.Unreadable>(Read($"app-1 [0] ..... 1.0: dmabuf_attach: (f+0x4/0x260) {fields}"));

    [Fact]
    public void A_field_that_the_probe_could_not_read_is_not_known() => Assert.Equal(
        new TraceEvent.Attach(new(0xff10, null, null, null), null, false),
        Read("app-1 [0] ..... 1.0: dmabuf_attach: (f+0x4/0x260) dmabuf=0xff10 dev=(fault) size=(fault) dynamic=0x0 ino=(fault)") with { Line = 0, Head = default });

    [Fact]
    public void A_list_that_contradicts_itself_is_not_read() => Assert.All(
        (string[])
        [
            "gpu dir=BIDIRECTIONAL nents=1/1 ents=2/2 dma_addrs={0x1,0x2} sizes={0x1} phys_addrs={0x1} attrs=",
            "gpu dir=BIDIRECTIONAL nents=1/1 ents=2/2 dma_addrs={0x1,0x2} sizes={0x1,0x2} phys_addrs={0x1} attrs=",
            "gpu dir=SIDEWAYS nents=1/1 ents=1/1 dma_addrs={0x1} sizes={0x1} phys_addrs={0x1} attrs=",
            "gpu dir=BIDIRECTIONAL nents=1/99999999999 ents=1/1 dma_addrs={0x1} sizes={0x1} phys_addrs={0x1} attrs=",
            "gpu dir=BIDIRECTIONAL nents=1/1 ents=1/1 dma_addrs={0x1 sizes={0x1} phys_addrs={0x1} attrs=",
            "[FAILED TO PARSE] device=gpu full_nents=1 full_ents=1 truncated=0 phys_addrs=ARRAY[00] dma_addrs=ARRAY[00] lengths=ARRAY[00] dir=0 attrs=0x0",
        ],
        text => Assert.IsType<TraceEvent.Unreadable>(Read($"app-1 [0] ..... 1.0: dma_map_sg: {text}")));

    [Fact]
    public void A_truncated_list_tells_how_many_segments_there_are()
    {
        var list = Assert.IsType<TraceEvent.MapList>(Read(
            "app-1 [0] ..... 1.0: dma_map_sg: gpu dir=FROM_DEVICE nents=1/256 ents=1/200 [TRUNCATED] dma_addrs={0x10} sizes={0x20} phys_addrs={0x30} attrs=SKIP_CPU_SYNC"));

        Assert.Equal((256, 200, 0x10UL, 0x20UL, 0x30UL), (list.EntryCount, list.SegmentCount, list.Segments[0].Address, list.Segments[0].LengthBytes, list.Physical[0]));
    }

    [Fact]
    public void The_three_printers_and_the_fields_of_one_tell_the_same() => Assert.Equal(
        [_whole, _whole, _whole],
        ((Printer[])[Printer.Tracefs, Printer.TraceCmd, Printer.Perf]).Select(Whole));

    [Fact]
    public void A_text_without_events_is_no_trace() =>
        Assert.Contains("the text has no event of a trace", Assert.Throws<FileFormatException>(() => TraceWriter.Read("Dma-buf Objects:\n")).Message, StringComparison.Ordinal);

    [Fact]
    public void The_event_in_which_a_text_ends_is_left_out()
    {
        var history = TraceWriter.Read("app-1 [0] ..... 1.0: dmabuf_release: (f+0x4/0x260) dmabuf=0xff");

        Assert.Empty(history.Steps);
        Assert.Contains("The text ends within this event", history.Problems.Single().Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_of_any_length_is_bounded()
    {
        var history = new TraceWriter().Export(0xff10).Raw(new string('x', 1 << 20)).Export(0xff20, inode: 2).Read();

        Assert.Equal(3, history.Problems.Single().Line);
        Assert.Equal(2, history.Buffers.Count);
    }

    [Fact]
    public void A_trace_cut_after_any_line_tells_the_steps_until_there() => Gen.Int[0, _lines.Length].Sample(count =>
    {
        if (count == 0)
        {
            return true;
        }

        var steps = TraceWriter.Read(string.Concat(_lines.Take(count).Select(line => $"{line}\n"))).Steps.Select(step => (step.Line, step.Op, step.Device)).ToList();
        return steps.SequenceEqual(_steps.TakeWhile(step => step.Line <= count));
    });

    [Fact]
    public void Lines_lost_doubled_shuffled_or_damaged_never_end_reading() => Gen.Select(
        Gen.Select(Gen.Int[0, _lines.Length - 1], Gen.Int[0, 5], Gen.Int[0, 400], Gen.Char).List[1, 40], Gen.Bool).Sample((edits, shuffled) =>
    {
        var lines = _lines.ToList();
        foreach (var (at, kind, place, letter) in edits)
        {
            var line = lines[at % lines.Count];
            var index = Math.Min(place, line.Length);
            lines[at % lines.Count] = kind switch
            {
                0 => line[..index],
                1 => line.Insert(index, letter.ToString()),
                2 => line.Insert(index, "ff"),
                3 => line.Replace("0x", "0xf", StringComparison.Ordinal),
                4 => line + lines[place % lines.Count],
                _ => line,
            };
            if (kind == 5)
            {
                lines.Insert(place % lines.Count, line);
            }
        }

        if (shuffled)
        {
            lines.Reverse();
        }

        var history = TraceWriter.Read(string.Concat(lines.Append("app-1 [0] 1: x: y").Select(line => $"{line}\n")));
        var report = TraceReport.Of("t", history);
        return report.Totals.Releases <= lines.Count && report.Held.Length <= lines.Count;
    });

    private static readonly string[] _lines = Sample().Text.TrimEnd('\n').Split('\n');
    private static readonly List<(long Line, TraceOp Op, string? Device)> _steps = [.. Sample().Read().Steps.Select(step => (step.Line, step.Op, step.Device))];

    private static TraceWriter Sample(Printer printer = Printer.Tracefs) => new TraceWriter(printer)
        .Export(0xff10).Attach(0xff10, 0xffa0).Map(0xff10, 0xffa0, pages: [0x1000, 0x3000]).Attach(0xff10, 0xffb0, "display")
        .BeginMap(0xff10, 0xffb0, "display").Bounced("display", 0x100000000).Mapped(0, 0, unchecked((ulong)-5L))
        .Event("iommu", "map", "IOMMU: iova=0x0000000000001000 - 0x0000000000002000 paddr=0x0000000000003000 size=4096")
        .Event("dma_fence", "dma_fence_init", "driver=vgem timeline=unbound context=1 seqno=1")
        .Probe("dmabuf_cpu_begin", "dmabuf=0xff10 dir=0 ino=1")
        .Detach(0xff10, 0xffb0, "display").Unmap(0xff10, 0xffa0).Detach(0xff10, 0xffa0).UnmapList("gpu", 0x1000, 0x3000).Release(0xff10);

    private static string Whole(Printer printer) => Reports.ReportJson.Text(TraceReport.Of("t", Sample(printer).Read()));

    private static TraceEvent Read(string line) => new TraceText().Read(1, line);
}
