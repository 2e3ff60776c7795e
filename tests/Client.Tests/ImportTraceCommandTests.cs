using DmaGrains.Silo;

namespace DmaGrains.Client.Tests;

public class ImportTraceCommandTests
{
    private const string Who = "             app-100     [000] .....    10.00000";

    // The second buffer lies above 4 GiB and is copied for the display, which is then held.
    private const string Text = "# tracer: nop\n" + Shared + Copied;

    private const string Shared =
        Who + "1: dmabuf_export: (dma_buf_export+0x4/0x2b0) exporter=\"system\" size=2097152\n"
        + Who + "1: dmabuf_exported: (x+0x1/0x2 <- dma_buf_export) dmabuf=0xff10 size=2097152 ino=1\n"
        + Who + "2: dmabuf_attach: (y+0x4/0x260) dmabuf=0xff10 dev=\"gpu\" size=2097152 dynamic=0x0 ino=1 exporter=\"system\"\n"
        + Who + "2: dmabuf_attached: (x+0x1/0x2 <- y) attach=0xffa0\n"
        + Who + "3: dmabuf_map: (z+0x4/0xe0) attach=0xffa0 dmabuf=0xff10 dev=\"gpu\" dir=2 ino=1\n"
        + Who + "3: dma_map_sg: gpu dir=FROM_DEVICE nents=2/2 ents=2/2 dma_addrs={0x3e00000,0x4100000} sizes={0x100000,0x100000} phys_addrs={0x3e00000,0x4100000} attrs=\n"
        + Who + "3: dmabuf_mapped: (x+0x1/0x2 <- z) table=0xff00 segments=2 entries=2\n"
        + Who + "4: dmabuf_unmap: (u+0x4/0x90) attach=0xffa0 dmabuf=0xff10 dev=\"gpu\" table=0xff00 dir=2 ino=1\n"
        + Who + "4: dma_unmap_sg: gpu dir=FROM_DEVICE phys_addrs={0x3e00000,0x4100000} attrs=\n"
        + Who + "5: dmabuf_detach: (d+0x4/0xd0) dmabuf=0xff10 attach=0xffa0 dev=\"gpu\" ino=1\n"
        + Who + "5: dmabuf_release: (r+0x4/0x90) dmabuf=0xff10\n";

    private const string Copied =
        Who + "6: dmabuf_export: (dma_buf_export+0x4/0x2b0) exporter=\"udmabuf\" size=4096\n"
        + Who + "6: dmabuf_exported: (x+0x1/0x2 <- dma_buf_export) dmabuf=0xff20 size=4096 ino=2\n"
        + Who + "7: dmabuf_attach: (y+0x4/0x260) dmabuf=0xff20 dev=\"vc4\" size=4096 dynamic=0x0 ino=2 exporter=\"udmabuf\"\n"
        + Who + "7: dmabuf_attached: (x+0x1/0x2 <- y) attach=0xffb0\n"
        + Who + "8: dmabuf_map: (z+0x4/0xe0) attach=0xffb0 dmabuf=0xff20 dev=\"vc4\" dir=1 ino=2\n"
        + Who + "8: swiotlb_bounced: dev_name: vc4 dma_mask=ffffffff dev_addr=100000000 size=4096 NORMAL\n"
        + Who + "8: dma_map_sg: vc4 dir=TO_DEVICE nents=1/1 ents=1/1 dma_addrs={0x7d46f000} sizes={0x1000} phys_addrs={0x100000000} attrs=\n"
        + Who + "8: dmabuf_mapped: (x+0x1/0x2 <- z) table=0xff00 segments=1 entries=1\n";

    private const string Refused =
        Who + "9: dmabuf_map: (z+0x4/0xe0) attach=0xffb0 dmabuf=0xff20 dev=\"vc4\" dir=1 ino=2\n"
        + Who + "9: dmabuf_mapped: (x+0x1/0x2 <- z) table=0xfffffffffffffffb segments=0 entries=0\n";

    [Fact]
    public async Task Trace_tells_what_happened_who_holds_what_and_what_is_not_known()
    {
        using var file = new TemporaryFile(Text, ".txt");

        var text = (await Answer.OfAsync("import", "trace", file.Path)).Good().Output;
        var report = (await Answer.OfAsync("import", "trace", file.Path, "--json")).Good().Json();

        Assert.Contains("2 exports, 2 attaches, 2 maps", text, StringComparison.Ordinal);
        Assert.Contains("app-100: gpu maps b1 from-device\n         2 segments, longest 1048576: 0x3e00000+1048576, …\n", text, StringComparison.Ordinal);
        Assert.Contains("app-100: vc4 maps b2 to-device\n         1 segment, longest 4096: 0x7d46f000+4096 (4096 bytes copied)\n", text, StringComparison.Ordinal);
        Assert.Contains("  b2 (4096 bytes): vc4, mapped 1 time; attached by app-100, line 15\n", text, StringComparison.Ordinal);
        Assert.Contains("Limits of devices: no trace has them.", text, StringComparison.Ordinal);
        Assert.Equal(["export", "attach", "map", "unmap", "detach", "release", "export", "attach", "map"], report.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("op").GetString()));
        Assert.Equal(2, report.GetProperty("steps")[8].GetProperty("bounced_slots").GetInt32());
        Assert.Equal("vc4", report.GetProperty("held")[0].GetProperty("device").GetString());
    }

    [Fact]
    public async Task With_a_board_lists_are_held_against_its_limits()
    {
        using var file = new TemporaryFile(Text, ".txt");

        var broken = await Answer.OfAsync("import", "trace", file.Path, "--board", "raspberry-pi-4", "--device", "gpu=unicam");
        var unknown = await Answer.OfAsync("import", "trace", file.Path, "--board", "desktop");

        broken.Refused("line 6, b1: max_segment_count: unicam takes at most 1 segment; the list has 2.");
        Assert.Contains("which knows 2 of 2 importing devices", broken.Output, StringComparison.Ordinal);
        unknown.Refused("board: desktop has none of the devices that map ('gpu', 'vc4')");
        (await Answer.OfAsync("import", "trace", file.Path, "--board", "figures", "--device", "gpux=render"))
            .Unusable("no device 'gpux' is in the trace: expected 'gpu' or 'vc4'");
    }

    [Fact]
    public async Task A_scenario_of_a_trace_plays_to_the_same_end()
    {
        using var file = new TemporaryFile(Text, ".txt");
        using var folder = new TemporaryFolder();
        var scenario = Path.Combine(folder.Path, "again.yaml");

        var told = (await Answer.OfAsync("import", "trace", file.Path, "--scenario", scenario)).Good().Output;
        var run = (await Answer.OfAsync("run", scenario, "--engine", "model", "--json")).Good().Json();
        var compared = (await Answer.OfAsync("compare", scenario)).Good().Output;

        Assert.Contains("2 buffers, 7 steps", told, StringComparison.Ordinal);
        Assert.Equal("hazard", run.GetProperty("result").GetString());
        Assert.All(run.GetProperty("steps").EnumerateArray().Skip(2), step => Assert.Equal(step.GetProperty("expected").GetString(), step.GetProperty("outcome").GetString()));
        Assert.Contains("choose refuse", compared, StringComparison.Ordinal);
        (await Answer.OfAsync("check", scenario, Path.Combine(folder.Path, "again.board.yaml"))).Good();
        (await Answer.OfAsync("import", "trace", file.Path, "--scenario", scenario)).Unusable("already exists");
    }

    [Fact]
    public async Task A_refusal_that_nothing_explains_is_left_out_of_the_scenario_and_said()
    {
        using var file = new TemporaryFile(Text + Refused, ".txt");
        using var folder = new TemporaryFolder();
        var scenario = Path.Combine(folder.Path, "again.yaml");

        (await Answer.OfAsync("import", "trace", file.Path, "--scenario", scenario)).Refused("Line 21: vc4 was refused with EIO at a map of b2");
        (await Answer.OfAsync("run", scenario, "--engine", "model")).Good();
    }

    [Fact]
    public async Task A_text_that_is_no_trace_is_not_read()
    {
        using var file = new TemporaryFile("Dma-buf Objects:\n", ".txt");

        (await Answer.OfAsync("import", "trace", file.Path)).Unusable("the text has no event of a trace; expected what tracefs");
        (await Answer.OfAsync("import", "trace", $"{file.Path}.no")).Unusable("the file cannot be read: there is no such file");
    }

    [Fact]
    public async Task A_cut_trace_is_told_and_not_good()
    {
        using var file = new TemporaryFile("# entries-in-buffer/entries-written: 19/44   #P:2\n" + Text, ".txt");

        (await Answer.OfAsync("import", "trace", file.Path)).Refused("line 1: 25 events are lost, the oldest ones");
        Assert.Equal(ExitCode.Refused, (await Answer.OfAsync("import", "trace", file.Path, "--json")).Code);
    }
}
