using System.Collections.Immutable;
using System.Text;
using DmaGrains.Kernel.Tracing;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Kernel.Tests.Tracing;

public class TraceHistoryTests
{
    private const ulong Frame = 0xff10;
    private const ulong Gpu = 0xffa0;

    private static TraceWriter Shared => new TraceWriter().Export(Frame).Attach(Frame, Gpu);

    [Theory]
    [InlineData(Printer.Tracefs)]
    [InlineData(Printer.TraceCmd)]
    [InlineData(Printer.Perf)]
    public void A_buffer_is_followed_from_its_export_to_its_release(Printer printer)
    {
        var history = new TraceWriter(printer).Export(Frame).Attach(Frame, Gpu)
            .Map(Frame, Gpu, pages: [0x1000, 0x3000]).Unmap(Frame, Gpu).Detach(Frame, Gpu).UnmapList("gpu", 0x1000, 0x3000).Release(Frame).Read();

        Assert.Equal("Export b1, Attach gpu b1, Map gpu b1 ok [1000+4096 3000+4096] new, Unmap gpu b1 kept, Detach gpu b1 new, Release b1", Story(history));
        Assert.Empty(history.Problems);
        Assert.Empty(history.Live);
    }

    [Fact]
    public void A_map_without_a_new_mapping_gives_the_list_of_before()
    {
        var history = Shared.Map(Frame, Gpu, pages: [0x1000, 0x3000]).Unmap(Frame, Gpu).MapKept(Frame, Gpu, 2).Read();

        Assert.Equal("Export b1, Attach gpu b1, Map gpu b1 ok [1000+4096 3000+4096] new, Unmap gpu b1 kept, Map gpu b1 ok [1000+4096 3000+4096] kept", Story(history));
    }

    [Fact]
    public void A_mapping_that_an_unmap_ends_is_not_the_list_of_a_later_map()
    {
        var history = Shared.Map(Frame, Gpu, pages: [0x1000]).Unmap(Frame, Gpu).UnmapList("gpu", 0x1000).Map(Frame, Gpu, pages: [0x5000]).Read();

        Assert.Equal("Export b1, Attach gpu b1, Map gpu b1 ok [1000+4096] new, Unmap gpu b1 new, Map gpu b1 ok [5000+4096] new", Story(history));
    }

    [Fact]
    public void An_exporter_with_one_list_for_each_attachment_maps_anew_for_another_direction()
    {
        var history = Shared.Map(Frame, Gpu, pages: [0x1000]).Unmap(Frame, Gpu)
            .BeginMap(Frame, Gpu, direction: 1).UnmapList("gpu", 0x1000).List("gpu", 0x1000).Mapped(1, 1).Read();

        Assert.Equal("Export b1, Attach gpu b1, Map gpu b1 ok [1000+4096] new, Unmap gpu b1 kept, Map gpu b1 ok [1000+4096] new", Story(history));
        Assert.Equal(0, history.Devices.Single().OtherUnmaps);
    }

    [Fact]
    public void Lists_of_other_devices_and_tasks_are_not_those_of_the_map()
    {
        var history = Shared.BeginMap(Frame, Gpu)
            .List("disk", 0x9000)
            .Event("dma", "dma_map_sg", "gpu dir=TO_DEVICE nents=1/1 ents=1/1 dma_addrs={0x8000} sizes={0x1000} phys_addrs={0x8000} attrs=", "other", 7)
            .Event("dma", "dma_unmap_sg", "disk dir=FROM_DEVICE phys_addrs={0x9000} attrs=")
            .List("gpu", 0x1000).Mapped(1, 1).Read();

        Assert.Equal("Export b1, Attach gpu b1, Map gpu b1 ok [1000+4096] new", Story(history));
        Assert.Equal(1, history.Devices.Single(device => device.Name == "disk").OtherUnmaps);
        Assert.Equal([1, 1], history.Devices.OrderBy(device => device.Name).Select(device => device.OtherLists));
    }

    [Fact]
    public void An_attachment_that_is_mapped_twice_has_two_mappings_to_end()
    {
        var history = Shared.Map(Frame, Gpu, pages: [0x1000]).Map(Frame, Gpu, pages: [0x1000])
            .Unmap(Frame, Gpu).UnmapList("gpu", 0x1000).Unmap(Frame, Gpu).UnmapList("gpu", 0x1000).Detach(Frame, Gpu).Read();

        Assert.Equal("Export b1, Attach gpu b1, Map gpu b1 ok [1000+4096] new, Map gpu b1 ok [1000+4096] new, Unmap gpu b1 new, Unmap gpu b1 new, Detach gpu b1 kept", Story(history));
        Assert.Equal(0, history.Devices.Single().OtherUnmaps);
    }

    [Fact]
    public void A_list_that_is_mapped_at_the_attach_is_the_one_that_later_maps_give()
    {
        var history = new TraceWriter().Export(Frame)
            .Probe("dmabuf_attach", $"dmabuf=0x{Frame:x} dev=\"gpu\" size=65536 dynamic=0xffffffffc0 ino=1 exporter=\"udmabuf\"")
            .List("gpu", 0x1000)
            .Probe("dmabuf_attached", $"attach=0x{Gpu:x}").MapKept(Frame, Gpu, 1).Read();

        Assert.Equal("Export b1, Attach gpu b1, Map gpu b1 ok [1000+4096] kept", Story(history));
        Assert.True(history.Steps[1].IsDynamic);
        Assert.True(history.Steps[1].DmaApiCall);
    }

    [Fact]
    public void A_refused_map_has_its_errno_and_what_was_to_be_copied()
    {
        var history = Shared.BeginMap(Frame, Gpu).Bounced("gpu", 0x100000000).Bounced("gpu", 0x100001000).Bounced("disk", 0x100002000).Mapped(0, 0, unchecked((ulong)-5L)).Read();

        var map = history.Steps[^1];
        Assert.Equal(-5, map.Result);
        Assert.Equal((2, 8192UL, 4UL), (map.RefusedBounces.Count, map.RefusedBounces.SizeBytes, map.RefusedBounces.Slots));
        Assert.Equal(1, history.RefusedMaps);
        Assert.Equal(0, history.Steps[^1].Attachment!.MapCount);
        Assert.Equal(4096UL, history.Devices.Single(device => device.Name == "disk").OtherBounces.SizeBytes);
    }

    [Fact]
    public void Refused_exports_and_attaches_make_nothing()
    {
        var history = new TraceWriter()
            .Probe("dmabuf_export", "exporter=\"drm\" size=4096").Probe("dmabuf_exported", "dmabuf=0xfffffffffffffff4 size=(fault) ino=(fault)")
            .Export(Frame)
            .Probe("dmabuf_attach", $"dmabuf=0x{Frame:x} dev=\"gpu\" size=65536 dynamic=0x0 ino=1 exporter=\"udmabuf\"").Probe("dmabuf_attached", "attach=0xffffffffffffffed").Read();

        Assert.Equal([-12, 0, -19], history.Steps.Select(step => step.Result));
        Assert.Single(history.Buffers);
        Assert.Empty(history.Attachments);
        Assert.Equal(2, history.RefusedOthers);
    }

    [Fact]
    public void One_device_twice_at_a_buffer_is_told_apart_by_its_attachments()
    {
        var history = Shared.Attach(Frame, 0xffb0).Map(Frame, Gpu, pages: [0x1000]).Map(Frame, 0xffb0, pages: [0x1000])
            .Detach(Frame, 0xffb0).UnmapList("gpu", 0x1000).Read();

        Assert.Equal([1, 2, 1, 2, 2], history.Steps.Skip(1).Select(step => step.Attachment!.Number));
        Assert.Equal("gpu 1, mapped 1", string.Join(", ", history.Attachments.Select(held => $"{held.Device} {held.Number}, mapped {held.MapCount}")));
    }

    [Fact]
    public void An_address_that_comes_again_is_another_buffer()
    {
        var history = Shared.Detach(Frame, Gpu).Release(Frame).Export(Frame, 4096, inode: 2).Attach(Frame, Gpu, inode: 2).Read();

        Assert.Equal(["b1", "b2"], history.Buffers.Select(buffer => buffer.Name));
        Assert.Empty(history.Problems);
        Assert.Equal("b2", history.Attachments.Single().Buffer.Name);
    }

    [Fact]
    public void A_buffer_whose_end_is_lost_has_ended_when_its_address_comes_again()
    {
        var exported = Shared.Export(Frame, inode: 2).Read();
        var seen = Shared.Attach(Frame, 0xffb0, "display", inode: 2).Read();

        Assert.All([exported, seen], history =>
        {
            Assert.True(history.Buffers[0].WentUnseen);
            Assert.DoesNotContain(history.Attachments, attachment => attachment.Buffer == history.Buffers[0]);
            Assert.Contains("b1 has ended unseen", history.Problems.Single().Problem, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void What_is_older_than_the_trace_is_known_by_what_it_does_later()
    {
        var history = new TraceWriter().Unmap(Frame, Gpu).Detach(Frame, Gpu).UnmapList("gpu", 0x1000).Attach(Frame, 0xffb0, "display", size: 8192).Read();

        Assert.Equal("Unmap gpu b1 ?, Detach gpu b1 new, Attach display b1", Story(history));
        Assert.Empty(history.Problems);
        Assert.Equal((8192UL, "udmabuf", null), (history.Buffers[0].SizeBytes, history.Buffers[0].Exporter, history.Buffers[0].Export));
    }

    [Fact]
    public void What_contradicts_itself_is_said_with_its_line()
    {
        Problem("its unmap is missing", 8, Shared.Map(Frame, Gpu, pages: [0x1000]).Detach(Frame, Gpu));
        Problem("its map is missing", 5, Shared.Unmap(Frame, Gpu));
        Problem("never detached", 5, Shared.Release(Frame));
        Problem("A map returns that the trace does not have", 5, Shared.Mapped(1, 1));
        Problem("An attach returns that the trace does not have", 5, Shared.Probe("dmabuf_attached", "attach=0x77"));
        Problem("another mapping is missing", 9, Shared.Map(Frame, Gpu, pages: [0x1000]).MapKept(Frame, Gpu, 2));
        Problem("has detached from b1 unseen", 6, Shared.Attach(Frame, Gpu, "display"));

        static void Problem(string words, long line, TraceWriter writer)
        {
            var problem = writer.Read().Problems.Single();
            Assert.Contains(words, problem.Problem, StringComparison.Ordinal);
            Assert.Equal(line, problem.Line);
        }
    }

    [Fact]
    public void An_attach_whose_return_is_lost_is_completed_by_its_map()
    {
        var history = new TraceWriter().Export(Frame)
            .Probe("dmabuf_attach", $"dmabuf=0x{Frame:x} dev=\"gpu\" size=65536 dynamic=0x0 ino=1 exporter=\"udmabuf\"")
            .Map(Frame, Gpu, pages: [0x1000]).Read();

        Assert.Equal("Export b1, Attach gpu b1, Map gpu b1 ok [1000+4096] new", Story(history));
        Assert.Equal(0, history.Steps[1].Result);
    }

    [Fact]
    public void Lost_events_are_said_as_each_recorder_says_it()
    {
        var history = new TraceWriter().Raw("# entries-in-buffer/entries-written: 48/73   #P:2").Raw("CPU:1 [LOST 12 EVENTS]").Raw("CPU:0 [3 EVENTS DROPPED]")
            .Raw("CPU:0 [EVENTS DROPPED]").Raw("# missed: 2 dmabuf_mapped").Export(Frame).Read();
        var whole = new TraceWriter().Raw("# entries-in-buffer/entries-written: 73/73   #P:2").Raw("cpus=2").Export(Frame).Read();

        Assert.Equal([1L, 2, 3, 4, 5], history.Problems.Select(problem => problem.Line));
        Assert.Contains("25 events are lost, the oldest ones", history.Problems[0].Problem, StringComparison.Ordinal);
        Assert.Equal(42UL, history.LostCount);
        Assert.Empty(whole.Problems);
    }

    [Fact]
    public void Without_probes_newest_kernels_tell_attaches_by_inode_number()
    {
        var history = new TraceWriter()
            .Event("dma_buf", "dma_buf_export", "exp_name=drm size=4096 ino=9")
            .Event("dma_buf", "dma_buf_dynamic_attach", "exp_name=drm size=4096 ino=9 attachment:00000000abcd is_dynamic=0 dev_name=gpu")
            .Event("dma", "dma_map_sg", "gpu dir=BIDIRECTIONAL nents=1/1 ents=1/1 dma_addrs={0x1000} sizes={0x1000} phys_addrs={0x1000} attrs=")
            .Event("dma_buf", "dma_buf_detach", "exp_name=drm size=4096 ino=9 attachment:00000000abcd is_dynamic=0 dev_name=gpu").Read();

        Assert.Equal("Export b1, Attach gpu b1, Detach gpu b1 ?", Story(history));
        Assert.Equal(1, history.Devices.Single().OtherLists);
        Assert.Empty(history.Problems);
    }

    [Fact]
    public void With_probes_the_kernels_own_events_of_buffers_tell_nothing_twice()
    {
        var history = new TraceWriter().Probe("dmabuf_export", "exporter=\"drm\" size=4096").Event("dma_buf", "dma_buf_export", "exp_name=drm size=4096 ino=9")
            .Probe("dmabuf_exported", "dmabuf=0xff10 size=4096 ino=9").Read();

        Assert.Equal("Export b1", Story(history));
    }

    [Fact]
    public void A_fault_names_the_buffer_whose_list_holds_the_address()
    {
        var history = Shared.Map(Frame, Gpu, pages: [0x1000])
            .Event("iommu", "io_page_fault", "IOMMU:gpu amdgpu iova=0x0000000000001800 flags=0x0001")
            .Event("iommu", "io_page_fault", "IOMMU:gpu amdgpu iova=0x0000000000009000 flags=0x0001").Read();

        Assert.Contains("its list of b1 holds it", history.Failures[0].Problem, StringComparison.Ordinal);
        Assert.Contains("no list that it has mapped now", history.Failures[1].Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Time_that_goes_back_is_said_once()
    {
        var lines = new TraceWriter().Export(Frame).Export(Frame + 1, inode: 2).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] twice = [.. lines, .. lines.Where(line => !line.StartsWith('#'))];

        var problems = TraceWriter.Read(string.Join('\n', twice) + "\n").Problems;

        Assert.Equal([lines.Length + 1L], problems.Where(problem => problem.Problem.StartsWith("The time goes back here", StringComparison.Ordinal)).Select(problem => problem.Line));
        Assert.DoesNotContain(TraceWriter.Read(string.Join('\n', lines) + "\n").Problems, problem => problem.Problem.StartsWith("The time", StringComparison.Ordinal));
    }

    [Fact]
    public void What_comes_again_after_its_release_has_lost_its_export()
    {
        var history = new TraceWriter().Export(Frame).Release(Frame).Attach(Frame, Gpu, inode: 2).Read();

        Assert.Equal("The address of b2 was that of a buffer which is released, and nothing was exported there since: its export is missing.", history.Problems.Single().Problem);
        Assert.Empty(new TraceWriter().Export(Frame).Release(Frame).Export(Frame, inode: 2).Attach(Frame, Gpu, inode: 2).Read().Problems);
    }

    [Fact]
    public void An_attachment_to_a_buffer_of_the_trace_that_never_began_is_said()
    {
        var history = new TraceWriter().Export(Frame).Map(Frame, Gpu, pages: [0x1000]).Read();

        Assert.Equal("'gpu' is attached to b1, which was exported in this trace, and the trace does not have its attach.", history.Problems.Single().Problem);
        Assert.Empty(new TraceWriter().Map(Frame, Gpu, pages: [0x1000]).Read().Problems);
    }

    [Fact]
    public void An_export_that_returns_and_did_not_begin_is_said() => Assert.Equal(
        "An export returns that the trace does not have: who exported is not known.",
        new TraceWriter().Probe("dmabuf_exported", "dmabuf=0xff10 size=4096 ino=9").Read().Problems.Single().Problem);

    [Fact]
    public void Faults_beyond_what_is_looked_up_say_so()
    {
        const int Lists = 300;
        var trace = new TraceWriter();
        for (var buffer = 1UL; buffer <= Lists; buffer++)
        {
            trace.Export(buffer, inode: buffer).Attach(buffer, 0x1000 + buffer, inode: buffer)
                .Map(buffer, 0x1000 + buffer, inode: buffer, pages: [.. Enumerable.Range(0, 128).Select(page => (buffer << 24) + ((ulong)page << 13))]);
        }

        // Each looks at all 38,400 segments, 2^25 / 38,400 = 873 of them until nothing more is looked up.
        for (var fault = 0; fault < 900; fault++)
        {
            trace.Event("iommu", "io_page_fault", "IOMMU:gpu amdgpu iova=0x0000000000000001 flags=0x0001");
        }

        var history = trace.Read();

        Assert.Equal(873, history.Failures.Count(failure => failure.Problem.Contains("no list that it has mapped now", StringComparison.Ordinal)));
        Assert.Equal(27, history.Failures.Count(failure => failure.Problem.Contains("was not looked up", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(1, 65536, null)]
    [InlineData(1, 65537, "max_segment_size")]
    [InlineData(2, 131072, null)]
    [InlineData(2, 131073, "max_segment_size")]
    [InlineData(5, 4096, "max_segment_count")]
    public void Without_its_list_a_map_is_held_against_the_limits_by_its_length(int segments, ulong size, string? broken)
    {
        var board = BoardFile.Parse(
            "name: t\ntitle: t\nmemory:\n  - {name: m, kind: system, start: 0x0, size: 1GiB}\ndevices:\n  - {name: gpu, max_segment_count: 4}\n", "a board");
        var text = new TraceWriter().Export(Frame, size).Attach(Frame, Gpu, size: size).BeginMap(Frame, Gpu).Mapped(segments, segments).Text;

        var report = TraceReport.Of("t", KernelTrace.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), "t", new TraceLimits(board, ImmutableDictionary<string, string>.Empty)));

        Assert.Equal(broken, report.LimitsBroken.SingleOrDefault()?.Refusal.Field);
        Assert.Equal(segments == 1 ? size : null, report.Steps[^1].LongestSegment);
    }

    [Theory]
    [InlineData(480, false, true)]
    [InlineData(481, null, null)]
    public void Whether_an_unmap_ended_the_mapping_of_a_list_too_long_for_its_event_is_not_known(int entries, bool? ended, bool? kept)
    {
        var history = Shared.Map(Frame, Gpu, pages: [.. Enumerable.Range(1, entries).Select(page => 4096UL * (ulong)page)]).Unmap(Frame, Gpu).Read();

        Assert.Equal(ended, history.Steps[^1].DmaApiCall);
        Assert.Equal(kept, TraceReport.Of("t", history).Held.Single().ListKept);
    }

    [Fact]
    public void What_is_beyond_the_steps_that_are_kept_is_followed_and_told()
    {
        var writer = new TraceWriter();
        for (var life = 1UL; life <= TraceHistory.StepsMax / 3; life++)
        {
            writer.Export(Frame, inode: life).Probe("dmabuf_cpu_begin", $"dmabuf=0x{Frame:x} dir=0 ino={life}").Release(Frame);
        }

        var history = writer.Export(Frame, inode: 1 << 20).Attach(Frame, Gpu, inode: 1 << 20)
            .BeginMap(Frame, Gpu, inode: 1 << 20).Mapped(0, 0, unchecked((ulong)-12L)).Attach(Frame, 0xffb0, "display", inode: 1 << 20).Read();
        var report = TraceReport.Of("t", history);

        Assert.Equal((TraceHistory.StepsMax, TraceHistory.StepsMax + 3), (report.Steps.Length, report.StepCount));
        Assert.Equal(["gpu", "display"], report.Held.Select(held => held.Device));
        Assert.Contains("'gpu': a map of b8334 was refused with ENOMEM", report.Failures.Single().Problem, StringComparison.Ordinal);
        Assert.Contains(report.Unknown, sentence => sentence.StartsWith("Steps beyond the first", StringComparison.Ordinal));
    }

    /// <summary>The steps in one line each: what, device, buffer, outcome of a map, its list, and whether the kernel mapped or ended it then.</summary>
    private static string Story(TraceHistory history) => string.Join(", ", history.Steps.Select(step => string.Join(' ', new[]
    {
        step.Op.ToString(),
        step.Device,
        step.Buffer?.Name,
        step.Op == TraceOp.Map ? step.Result == 0 ? "ok" : $"{step.Result}" : null,
        step is { Op: TraceOp.Map, List: { } list } ? $"[{string.Join(' ', list.Segments.Select(segment => $"{segment.Address:x}+{segment.LengthBytes}"))}]" : null,
        step.Op is TraceOp.Map or TraceOp.Unmap or TraceOp.Detach ? step.DmaApiCall switch { true => "new", false => "kept", null => "?" } : null,
    }.Where(part => part is not null))));
}
