using System.Text.Json;

namespace DmaGrains.Client.Tests;

/// <summary>Real cases, each with what really happened (tests/cases/README.md has their sources).</summary>
public class FieldCaseTests
{
    [Fact]
    public async Task Case_02_a_blitter_of_32_bits_does_not_reach_high_frames_and_a_heap_of_the_low_zone_is_the_cure()
    {
        const string folder = "02-rk3588-rga2";
        var advice = await AdviseAsync(folder, "rk3588.yaml", "rkvdec,rga2", "3732480");
        var refused = await RunAsync(folder, "dma32-heap.yaml");
        var cure = await RunAsync(folder, "dma32-translated.yaml");
        var high = await RunAsync(folder, "system-heap-mainline.yaml");

        var heap = Rows(advice).First();
        Assert.Equal(("for_nobody", "dma", "works", true), (Text(heap, "allocates"), MemoryOf(heap), Text(heap, "verdict"), AllOrdersWork(heap)));
        Assert.Equal("{constraints: translated, allocation: export, bouncing: true}", Text(heap, "policy"));
        Assert.Equal("rga2 EIO", Refused(Rows(advice).Single(row => MemoryOf(row) == "normal, dma")));
        var refusal = Refusals(refused).First();
        Assert.Equal(("EBUSY", "rkvdec"), (Text(refusal, "errno"), Text(refusal, "importer")));
        Assert.All(["vdec-mmu", "translated"], word => Assert.Contains(word, Text(refusal, "reason"), StringComparison.Ordinal));
        Assert.Equal("good", Result(cure));
        Assert.Empty(Hazards(cure));
        Assert.Equal(("EIO", "rga2"), Single(Refusals(high)));
    }

    [Fact]
    public async Task Case_02_is_the_same_for_the_blitter_as_it_is_behind_an_MMU_whose_entries_hold_32_bits()
    {
        const string folder = "02-rk3588-rga2";
        var advice = await AdviseAsync(folder, "rk3588.yaml", "rkvdec,rga2-as-mmu", "3732480");
        var high = await RunAsync(folder, "system-heap-mmu.yaml");

        var heap = Rows(advice).First();
        Assert.Equal(("for_nobody", "dma", "works", true), (Text(heap, "allocates"), MemoryOf(heap), Text(heap, "verdict"), AllOrdersWork(heap)));
        Assert.Equal("rga2-as-mmu EIO", Refused(Rows(advice).Single(row => MemoryOf(row) == "normal, dma")));
        Assert.Equal(("EIO", "rga2-as-mmu"), Single(Refusals(high)));
        Assert.Equal("output_limit", Text(Refusals(high).Single(), "field"));
    }

    [Fact]
    public async Task Case_04_a_limit_that_nobody_stated_is_told_as_the_kernels_with_its_cure()
    {
        const string folder = "04-hda-unset";
        var run = await RunAsync(folder, "play.yaml");
        var strict = await Answer.OfAsync("run", PathOf(folder, "play.yaml"), "--engine", "model", "--strict");
        var audit = await Answer.OfAsync("audit", PathOf(folder, "firmware.yaml"), "--device", "hda", "--board", PathOf(folder, "laptop.yaml"));

        Assert.Equal("hazard", Result(run));
        Assert.Equal(1, strict.Code);
        Assert.Contains(Hazards(run), hazard => Text(hazard, "kind") == "list_breaks_limit" && IsAssumed(hazard));
        Assert.Equal(1, audit.Code);
        Assert.All(
            ["540672", "65536", "the kernel", "max_segment_size"],
            word => Assert.Contains(word, audit.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Case_05_camera_frames_for_an_encoder_and_a_GPU_come_from_the_contiguous_area()
    {
        var advice = await AdviseAsync("05-imx8m-uvc", "imx8mq.yaml", "usb,vpu,gpu", "1920x1080x2", "--pin", "usb");

        var best = Rows(advice).First();
        Assert.Equal(("works", "usb", "for_itself", "cma"), (Text(best, "verdict"), Text(best, "exporter"), Text(best, "allocates"), MemoryOf(best)));
        Assert.All(
            Rows(advice).Where(row => row.GetProperty("regions").EnumerateArray().All(region => region.GetString() != "cma")),
            row => Assert.NotEqual("works", Text(row, "verdict")));
    }

    [Fact]
    public async Task Case_06_a_display_that_only_attaches_is_good_and_one_that_maps_is_refused_the_bounce()
    {
        var import = await RunAsync("06-ast-import", "import.yaml");
        var noMap = await RunAsync("06-ast-import", "no-map.yaml");

        Assert.Equal(("EIO", "ast"), Single(Refusals(import)));
        Assert.Contains("3145728 bytes", Text(Refusals(import).Single(), "reason"), StringComparison.Ordinal);
        Assert.Equal("good", Result(noMap));
        Assert.Empty(Hazards(noMap));
    }

    [Fact]
    public async Task Case_08_video_memory_outside_of_the_BAR_is_out_of_reach_and_system_memory_is_not()
    {
        const string folder = "08-small-bar";
        var import = await RunAsync(folder, "import.yaml");
        var mixed = await RunAsync(folder, "mixed.yaml");
        var cure = await RunAsync(folder, "cure.yaml");
        var migrated = await RunAsync(folder, "migrated.yaml");
        var advice = await AdviseAsync(folder, "host.yaml", "gpu,nvme", "64MiB", "--pin", "gpu");

        Assert.Equal(("EREMOTEIO", "nvme"), Single(Refusals(import)));
        Assert.Equal(("EREMOTEIO", "nvme"), Single(Refusals(mixed)));
        Assert.Equal("good", Result(cure));
        Assert.Equal("good", Result(migrated));
        Assert.Equal(64UL << 20, Steps(migrated).Aggregate(0UL, (sum, step) => sum + step.GetProperty("costs").GetProperty("bytes_copied").GetUInt64()));
        var last = Steps(migrated).Last(step => Text(step, "operation") == "map");
        Assert.Equal(["normal"], last.GetProperty("scatterlist").GetProperty("regions").EnumerateArray().Select(region => region.GetString()));
        Assert.Equal("nvme EREMOTEIO", Refused(Rows(advice).Last()));
        Assert.All(Rows(advice).Where(row => MemoryOf(row).Contains("hidden", StringComparison.Ordinal)), row => Assert.Equal("refused", Text(row, "verdict")));
    }

    [Theory]
    [InlineData("list.yaml", "host.yaml")]
    [InlineData("list0.yaml", "host.yaml")]
    public async Task Case_09_a_length_that_32_bits_do_not_hold_is_audited(string list, string board)
    {
        const string folder = "09-long-segment";
        var audit = await Answer.OfAsync("audit", PathOf(folder, list), "--device", "peer", "--board", PathOf(folder, board), "--json");

        Assert.Equal(1, audit.Code);
        Assert.NotEmpty(audit.Json().GetProperty("lists")[0].GetProperty("violations").EnumerateArray());
    }

    [Fact]
    public async Task Case_09_windows_of_4_GiB_and_more_take_several_entries()
    {
        var refuse = await RunAsync("09-long-segment", "refuse.yaml");
        var mainline = await RunAsync("09-long-segment", "import.yaml");

        Assert.All(Steps(refuse), step => Assert.Equal("ok", Text(step, "outcome")));
        Assert.Contains(Hazards(mainline), hazard => (Text(hazard, "importer"), Text(hazard, "kind")) == ("nic", "list_breaks_limit"));
    }

    [Fact]
    public async Task Case_10_a_bounce_pool_that_the_device_does_not_reach_is_of_no_use()
    {
        var gadget = await RunAsync("10-dwc2-pool", "gadget.yaml");
        var lowPool = await RunAsync("10-dwc2-pool", "gadget-fixed.yaml");

        Assert.Equal(("EIO", "usb-otg"), Single(Refusals(gadget)));
        Assert.Contains("swiotlb", Text(Refusals(gadget).Single(), "reason"), StringComparison.Ordinal);
        Assert.Empty(Refusals(lowPool));
        Assert.Equal("bounced", Text(Assert.Single(Hazards(lowPool)), "kind"));
    }

    [Fact]
    public async Task Case_11_one_run_from_the_page_allocator_is_luck_and_from_a_contiguous_area_it_is_not()
    {
        var advice = await AdviseAsync("11-pi5-16k", "pi5-contiguous.yaml", "1002000000.v3d", "1920x1080x4");

        Assert.Equal(("works", "cma-linux-cma"), (Text(Rows(advice).First(), "verdict"), RegionsOf(Rows(advice).First())));
        Assert.All(
            Rows(advice).Where(row => RegionsOf(row) is not ("" or "cma-linux-cma")),
            row => Assert.Equal(RegionsOf(row) == "dma" ? "refused" : "by_luck", Text(row, "verdict")));
        Assert.Equal("good", Result(await RunAsync("11-pi5-16k", "frame.yaml")));
    }

    [Fact]
    public async Task Case_11_a_small_buffer_takes_a_page_of_16_KiB()
    {
        var small = await RunAsync("11-pi5-16k", "small.yaml");

        Assert.Equal("good", Result(small));
        Assert.Equal(16384UL, small.GetProperty("memory").EnumerateArray().Aggregate(0UL, (sum, region) => sum + region.GetProperty("held_bytes").GetUInt64()));
    }

    [Fact]
    public async Task Case_13_an_address_that_was_made_for_another_device_is_on_record()
    {
        const string folder = "13-shared-dma-address";
        var shared = await RunAsync(folder, "shared-list.yaml");
        var own = await RunAsync(folder, "own-addresses.yaml");
        var refuse = await RunAsync(folder, "refuse.yaml");
        var mainline = await RunAsync(folder, "mainline.yaml");
        var audit = await Answer.OfAsync("audit", PathOf(folder, "handed.yaml"), "--device", "gpu", "--board", PathOf(folder, "apu.yaml"), "--json");

        Assert.Equal(("shared_addresses", "gpu"), HazardOf(shared));
        Assert.Equal(("exporters_addresses", "gpu"), HazardOf(own));
        Assert.All([shared, own], run => Assert.Equal(0x90000000UL, AddressOfLastMap(run)));
        Assert.All([refuse, mainline], run => Assert.Equal("good", Result(run)));
        Assert.All([refuse, mainline], run => Assert.NotEqual(0x90000000UL, AddressOfLastMap(run)));
        var list = audit.Json().GetProperty("lists")[0];
        Assert.NotEmpty(list.GetProperty("violations").EnumerateArray().Concat(list.GetProperty("remarks").EnumerateArray()));
    }

    [Fact]
    public async Task Case_17_the_sixth_frame_does_not_fit_into_the_pool()
    {
        var frames = await RunAsync("17-usb-pool-full", "frames-refuse.yaml");

        var refusals = Refusals(frames).ToList();
        Assert.Equal(3, refusals.Count);
        Assert.Equal(("EIO", "bounce_pool", 16384UL), (Text(refusals[0], "errno"), Text(refusals[0], "field"), refusals[0].GetProperty("needed").GetUInt64()));
        Assert.Equal(5, Hazards(frames).Count(hazard => Text(hazard, "kind") == "bounced"));
    }

    [Fact]
    public async Task Case_18_frames_for_two_devices_of_one_run_come_from_the_contiguous_area_and_the_fourth_does_not_fit()
    {
        var run = await RunAsync("18-cma-pi-zero", "capture.yaml");
        var advice = await AdviseAsync("18-cma-pi-zero", "zero.yaml", "unicam,isp", "3934x4096");

        Assert.Equal(("ENOMEM", 16113664UL), (Text(Refusals(run).First(), "errno"), Refusals(run).First().GetProperty("needed").GetUInt64()));
        var best = Rows(advice).First();
        Assert.Equal(("works", "cma"), (Text(best, "verdict"), RegionsOf(best)));

        // The system heap's pieces are two runs: its blocks of 1 MiB, and the rest below them.
        Assert.Equal(("refused", "ram"), (Text(Rows(advice).Last(), "verdict"), RegionsOf(Rows(advice).Last())));
        Assert.All(Rows(advice).SkipLast(1), row => Assert.Equal(("works", "cma"), (Text(row, "verdict"), RegionsOf(row))));
    }

    [Fact]
    public async Task Case_20_a_GPU_that_takes_the_first_run_for_the_whole_is_never_called_good()
    {
        const string folder = "20-first-run-only";
        var mainline = await RunAsync(folder, "f-2560x1440x4-mainline.yaml");
        var strict = await Answer.OfAsync("run", PathOf(folder, "f-2560x1440x4-mainline.yaml"), "--engine", "model", "--strict");
        var smaller = await RunAsync(folder, "f-1280x720x4-mainline.yaml");
        var refuse = await RunAsync(folder, "f-2560x1440x4-refuse.yaml");

        Assert.Equal(("hazard", "hazard", 1), (Result(mainline), Result(smaller), strict.Code));
        Assert.Contains(Hazards(mainline), hazard => Text(hazard, "kind") == "list_breaks_limit" && !IsAssumed(hazard));
        Assert.Contains(Refusals(refuse), refusal => (Text(refusal, "errno"), Text(refusal, "importer")) == ("EBUSY", "gpu"));
    }

    [Fact]
    public async Task Case_21_peers_on_two_root_ports_do_not_reach_each_other()
    {
        var roots = await RunAsync("21-cross-root-p2p", "copy.yaml");
        var switched = await RunAsync("21-cross-root-p2p", "copy-switch.yaml");

        Assert.Equal(("EREMOTEIO", "gpu1"), Single(Refusals(roots)));
        Assert.Equal("good", Result(switched));
    }

    [Theory]
    [InlineData("user-buffer.yaml", 1)]
    [InlineData("aligned.yaml", 0)]
    public async Task Case_14_entries_but_the_last_are_whole_packets(string list, int violations)
    {
        const string folder = "14-usb-packet-multiple";
        var audit = await Answer.OfAsync("audit", PathOf(folder, list), "--device", "host", "--board", PathOf(folder, "usb.yaml"), "--json");

        var found = audit.Json().GetProperty("lists")[0].GetProperty("violations").EnumerateArray().ToList();
        Assert.Equal((violations, violations), (audit.Code, found.Count));
        Assert.All(found, violation => Assert.Equal(("segment_granularity", 3568, 1024), (
            Text(violation, "field"), violation.GetProperty("needed").GetInt32(), violation.GetProperty("limit").GetInt32())));
    }

    [Fact]
    public async Task Case_15_an_encoder_of_blocks_wants_room_for_1088_lines()
    {
        const string folder = "15-v4l2-plane-length";
        var share = await RunAsync(folder, "share.yaml");
        var padded = await RunAsync(folder, "padded.yaml");
        var advice = await AdviseAsync(folder, "pi4-codec.yaml", "unicam,codec", "1920x1080x2");

        var refusal = Refusals(share).Single();
        Assert.Equal(("EINVAL", "codec"), Single([refusal]));
        Assert.Equal((4177920, 4147200), (refusal.GetProperty("needed").GetInt32(), refusal.GetProperty("limit").GetInt32()));
        Assert.Equal(("good", "good"), (Result(share), Result(padded)));
        var fix = advice.GetProperty("fixes")[0].GetProperty("changes")[0];
        Assert.Equal(("room", 1920 * 1088 * 2), (Text(fix, "kind"), fix.GetProperty("to").GetInt32()));
    }

    [Fact]
    public async Task Case_16_windows_start_at_multiples_where_the_exporter_looks_and_are_on_record_where_it_does_not()
    {
        const string folder = "16-ntb-alignment";
        var run = await RunAsync(folder, "windows.yaml");
        var mainline = await RunAsync(folder, "windows-mainline.yaml");
        var audit = await Answer.OfAsync("audit", PathOf(folder, "list.yaml"), "--device", "ntb", "--board", PathOf(folder, "host.yaml"), "--json");
        var advice = await AdviseAsync(folder, "host.yaml", "ntb", "32MiB");

        Assert.Equal("good", Result(run));
        Assert.Equal(0UL, AddressOfLastMap(run) % (32 << 20));
        Assert.Equal(0x41800000UL, AddressOfLastMap(mainline));
        Assert.All(Hazards(mainline), hazard => Assert.Equal(("list_breaks_limit", "address_alignment"), (Text(hazard, "kind"), Text(hazard, "field"))));
        var list = audit.Json().GetProperty("lists")[0];
        Assert.Equal((1, "address_alignment"), (audit.Code, Text(Assert.Single(list.GetProperty("violations").EnumerateArray()), "field")));
        Assert.False(list.GetProperty("resplit").GetProperty("fits").GetBoolean());
        Assert.Equal(("works", "cma"), (Text(Rows(advice).First(), "verdict"), RegionsOf(Rows(advice).First())));
        Assert.Equal("ntb EBUSY", Refused(Rows(advice).Single(row => (MemoryOf(row), Text(row, "allocates")) == ("cma", "for_nobody"))));
    }

    [Fact]
    public async Task Case_22_peers_that_may_only_write_are_refused_a_read()
    {
        var rdma = await RunAsync("22-read-not-write", "rdma.yaml");

        Assert.Equal("good", Result(rdma));
        Assert.Equal(("EREMOTEIO", "nic"), Single(Refusals(rdma)));
        Assert.Equal("peer_access", Text(Refusals(rdma).Single(), "field"));
    }

    [Theory]
    [InlineData("reader.yaml", "cpu_access_while_device_owns")]
    [InlineData("wrong-direction.yaml", "stale_cpu_read")]
    [InlineData("right.yaml", null)]
    public async Task Case_23_a_read_through_caches_is_told_when_it_is_old(string scenario, string? hazard)
    {
        var run = await RunAsync("23-zynqmp-stale", scenario);

        Assert.Equal(hazard, Hazards(run).Select(found => Text(found, "kind")).FirstOrDefault());
        Assert.Equal(hazard is null ? "good" : "hazard", Result(run));
    }

    [Fact]
    public async Task Case_24_an_area_that_a_kernel_of_64_KiB_pages_does_not_create_gives_nothing()
    {
        var boot = await RunAsync("24-cma-64k-pages", "boot.yaml");

        Assert.Equal("good", Result(boot));
        var refusal = Assert.Single(Refusals(boot));
        Assert.Equal("ENOMEM", Text(refusal, "errno"));
        Assert.All(["0x2ae00000", "536870912"], word => Assert.Contains(word, Text(refusal, "reason"), StringComparison.Ordinal));
    }

    private static string PathOf(string folder, string file) => Path.Combine(AppContext.BaseDirectory, "cases", folder, file);

    /// <summary>The run's report, the same of both engines.</summary>
    private static async Task<JsonElement> RunAsync(string folder, string scenario)
    {
        var model = await Answer.OfAsync("run", PathOf(folder, scenario), "--engine", "model", "--json");
        var grains = await Answer.OfAsync("run", PathOf(folder, scenario), "--json");
        Assert.Equal((model.Code, model.Output, model.Error), (grains.Code, grains.Output, grains.Error));
        Assert.Empty(model.Error);
        return model.Json();
    }

    private static async Task<JsonElement> AdviseAsync(string folder, string board, string devices, string size, params string[] more)
    {
        var answer = await Answer.OfAsync(["advise", PathOf(folder, board), "--devices", devices, "--size", size, "--json", .. more]);
        return answer.Json();
    }

    private static string? Result(JsonElement run) => Text(run, "result");

    private static JsonElement.ArrayEnumerator Steps(JsonElement run) => run.GetProperty("steps").EnumerateArray();

    private static IEnumerable<JsonElement> Hazards(JsonElement run) => Steps(run).SelectMany(step => step.GetProperty("hazards").EnumerateArray());

    private static IEnumerable<JsonElement> Refusals(JsonElement run) =>
        Steps(run).Select(step => step.GetProperty("refusal")).Where(refusal => refusal.ValueKind != JsonValueKind.Null);

    private static (string? Kind, string? Importer) HazardOf(JsonElement run)
    {
        var hazard = Assert.Single(Hazards(run));
        return (Text(hazard, "kind"), Text(hazard, "importer"));
    }

    private static ulong AddressOfLastMap(JsonElement run) =>
        Steps(run).Last(step => Text(step, "operation") == "map").GetProperty("scatterlist").GetProperty("segments")[0].GetProperty("address").GetUInt64();

    private static (string? Errno, string? Importer) Single(IEnumerable<JsonElement> refusals)
    {
        var refusal = Assert.Single(refusals);
        return (Text(refusal, "errno"), Text(refusal, "importer"));
    }

    private static JsonElement.ArrayEnumerator Rows(JsonElement advice) => advice.GetProperty("candidates").EnumerateArray();

    private static string MemoryOf(JsonElement row) => WordsIn(row, "memory");

    private static string RegionsOf(JsonElement row) => WordsIn(row, "regions");

    private static string WordsIn(JsonElement row, string list) =>
        string.Join(", ", row.GetProperty(list).EnumerateArray().Select(word => word.GetString()));

    private static bool AllOrdersWork(JsonElement row) =>
        row.GetProperty("orders").GetProperty("order_count").GetInt32() == row.GetProperty("orders").GetProperty("working_count").GetInt32();

    private static string Refused(JsonElement row)
    {
        var refused = row.GetProperty("refused")[0];
        return $"{Text(refused, "importer")} {Text(refused.GetProperty("refusal"), "errno")}";
    }

    private static bool IsAssumed(JsonElement told) => told.GetProperty("assumed").GetBoolean();

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
