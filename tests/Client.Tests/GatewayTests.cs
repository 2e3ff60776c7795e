using DmaGrains.Silo;

namespace DmaGrains.Client.Tests;

/// <summary>Client processes on one silo process; each test has a board or buffer of its own.</summary>
public class GatewayTests(SiloProcess silo) : IClassFixture<SiloProcess>
{
    [Fact]
    public async Task Session_from_board_to_release_is_shared_between_processes()
    {
        using var board = BoardNamed("session");
        (await DoAsync($"board define {board.Path}")).Good();
        (await DoAsync("buffer export session/frame --size 1920x1080x4 --exporter gpu")).Good();
        (await DoAsync("buffer attach session/frame gpu --as gpu")).Good();
        (await DoAsync("buffer attach session/frame display --as display")).Good();
        (await DoAsync("buffer map session/frame gpu --as draw --direction from-device")).Good();
        var mapped = (await DoAsync("buffer map session/frame display --as scanout --json")).Good().Json();
        var described = (await DoAsync("buffer describe session/frame --json")).Good().Json();
        var listed = (await DoAsync("buffer list session --json")).Good().Json();

        Assert.Equal(1, mapped.GetProperty("scatterlist").GetProperty("entry_count").GetInt32());
        Assert.Equal("scanout", mapped.GetProperty("name").GetString());
        Assert.Equal(["gpu", "display"], described.GetProperty("attachments").EnumerateArray().Select(NameOf));
        Assert.Equal(["draw", "scanout"], described.GetProperty("mappings").EnumerateArray().Select(NameOf));
        Assert.Equal("frame", NameOf(Assert.Single(listed.EnumerateArray())));

        (await DoAsync("buffer detach session/frame gpu")).Refused("EBUSY");
        (await DoAsync("buffer unmap session/frame draw")).Good();
        (await DoAsync("buffer unmap session/frame scanout")).Good();
        (await DoAsync("buffer detach session/frame gpu")).Good();
        (await DoAsync("buffer detach session/frame display")).Good();
        (await DoAsync("buffer release session/frame")).Good();
        Assert.Empty((await DoAsync("buffer list session")).Good().Output);
    }

    [Fact]
    public async Task Attach_is_refused_when_the_storage_is_too_scattered()
    {
        using var board = BoardNamed("late");
        (await DoAsync($"board define {board.Path}")).Good();
        (await DoAsync("buffer export late/frame --size 2MiB")).Good();
        (await DoAsync("buffer attach late/frame gpu --as gpu")).Good();
        (await DoAsync("buffer map late/frame gpu")).Good();

        var answer = await DoAsync("buffer attach late/frame display --json");

        Assert.Equal("display", answer.Refused("EBUSY").Json().GetProperty("refusal").GetProperty("importer").GetString());
        Assert.Empty(answer.Error);
    }

    [Fact]
    public async Task Raw_access_and_the_CPU_share_a_buffer_with_devices()
    {
        using var board = BoardNamed("shared");
        (await DoAsync($"board define {board.Path}")).Good();
        (await DoAsync("buffer export shared/frame --size 720x4096 --memory cma --lines 720x3200x4096")).Good();
        (await DoAsync("buffer attach shared/frame gpu --as gpu")).Good();
        var raw = (await DoAsync("buffer get-scatterlist shared/frame gpu --as raw --json")).Good().Json();
        var pfns = (await DoAsync("buffer get-pfns shared/frame gpu --as pfns --json")).Good().Json();
        (await DoAsync("buffer map shared/frame gpu --as draw --direction to-device --option no-bounce")).Good();
        (await DoAsync("buffer map shared/frame gpu --option require-coherent")).Refused("EOPNOTSUPP");
        (await DoAsync("buffer test-map shared/frame gpu --option require-coherent")).Refused("EOPNOTSUPP");
        (await DoAsync("buffer test-map shared/frame gpu --option no-bounce --json")).Good();
        (await DoAsync("buffer begin-cpu-access shared/frame --direction to-device --as write")).Good();
        var during = (await DoAsync("buffer describe shared/frame --json")).Good().Json();
        (await DoAsync("buffer cpu-access shared/frame --direction to-device")).Good();
        (await DoAsync("buffer end-cpu-access shared/frame write")).Good();
        (await DoAsync("buffer cpu-access shared/frame --direction to-device")).Good();
        var after = (await DoAsync("buffer describe shared/frame")).Good().Output;

        Assert.Equal(0, raw.GetProperty("scatterlist").GetProperty("mapped_entry_count").GetInt32());
        Assert.Equal(720, pfns.GetProperty("pfns").GetProperty("pfn_count").GetInt32());
        Assert.Equal("cpu", during.GetProperty("owner").GetProperty("owner").GetString());
        Assert.Equal(["no-bounce"], during.GetProperty("mappings")[0].GetProperty("options").EnumerateArray().Select(option => option.GetString()));
        Assert.Equal(3200, during.GetProperty("lines").GetProperty("bytes_per_line").GetInt32());
        Assert.StartsWith(
            "02949120\t00000002\t00080007\t00000002\tcma\t00000001\tframe\n\tConstraints: Seg Count: ", after, StringComparison.Ordinal);
        Assert.Contains("\tAttached Devices:\n\tgpu\nTotal 1 devices attached\n\n", after, StringComparison.Ordinal);
        Assert.Matches("(?m)^owner: gpu; CPU: its caches hold data that memory does not$", after);
        Assert.Matches("(?m)^costs: .*2 cleans", after);
        Assert.Matches("(?m)^hazard: The CPU accessed", after);
        Assert.Matches(@"(?m)^gpu +gpu +.* +map, scatterlist, pfns +draw \(to-device\), pfns \(pfns\), raw \(scatterlist\)$", after);

        (await DoAsync("buffer unmap shared/frame raw")).Refused("EINVAL");
        (await DoAsync("buffer put-scatterlist shared/frame raw")).Good();
        (await DoAsync("buffer map-raw shared/frame pfns --as mine --direction to-device --json")).Good();
        (await DoAsync("buffer put-pfns shared/frame pfns")).Refused("EBUSY");
        (await DoAsync("buffer unmap shared/frame mine")).Good();
        (await DoAsync("buffer put-pfns shared/frame pfns")).Good();
        (await DoAsync("buffer unmap shared/frame draw")).Good();
        Assert.Matches("(?m)^owner: the CPU", (await DoAsync("buffer describe shared/frame")).Good().Output);
    }

    [Fact]
    public async Task Device_set_changes_what_list_and_show_say()
    {
        using var board = BoardNamed("devices");
        (await DoAsync($"board define {board.Path}")).Good();

        (await DoAsync("device set devices/dma0 --max-segment-size 64KiB --max-segment-count 128 --trusted --peer-to-peer")).Good();

        var listed = (await DoAsync("device list devices --json")).Good().Json().EnumerateArray();
        Assert.Equal(["display", "dma0", "gpu"], listed.Select(NameOf));
        var shown = (await DoAsync("device show devices/dma0")).Good().Output;
        Assert.Matches(@"(?m)^dma0 +weird +65536 +128 +unset +0xffffffff +no MMU +none +trusted, takes peers' memory$", shown);

        (await DoAsync("device set devices/dma0 --window 0,0xc0000000,1GiB --window 0x80000000,0,0x1000")).Good();
        var windows = (await DoAsync("device show devices/dma0 --json")).Good().Json().EnumerateArray().Single().GetProperty("windows");
        Assert.Equal("""[{"cpu":0,"bus":3221225472,"size":1073741824},{"cpu":2147483648,"bus":0,"size":4096}]""", windows.ToString().ReplaceLineEndings("").Replace(" ", "", StringComparison.Ordinal));
        (await DoAsync("device set devices/dma0 --window 0,0,1GiB --window 4096,1GiB,4096")).Refused("Two windows of dma0 hold CPU address 0x1000");
        (await DoAsync("device set devices/dma0 --window 0,1GiB")).Unusable("--window '0,1GiB' is not a window: expected CPU start, bus start and bytes");
    }

    [Fact]
    public async Task Watch_ends_when_the_buffer_is_gone()
    {
        using var board = BoardNamed("watched");
        (await DoAsync($"board define {board.Path}")).Good();
        (await DoAsync("buffer export watched/frame --size 4KiB")).Good();
        (await DoAsync("buffer attach watched/frame gpu --as gpu")).Good();
        using var watch = ProgramProcess.Start("dmagrains", silo.ArgumentsOf("buffer watch watched/frame --every 10"));
        await watch.ReadUntilAsync("gpu");

        (await DoAsync("buffer release watched/frame")).Good();
        await watch.ReadUntilAsync("released");
        (await DoAsync("buffer detach watched/frame gpu")).Good();

        Assert.Contains(", gone", (await watch.AnswerAsync()).Good().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watch_ends_without_a_log_line_when_it_is_told_to()
    {
        using var board = BoardNamed("told");
        (await DoAsync($"board define {board.Path}")).Good();
        (await DoAsync("buffer export told/frame --size 4KiB")).Good();
        using var watch = ProgramProcess.Start("dmagrains", silo.ArgumentsOf("buffer watch told/frame"));
        await watch.ReadUntilAsync("storage: none");

        await watch.TerminateAsync();

        var answer = await watch.AnswerAsync();
        Assert.Equal((ExitCode.Terminated, "dmagrains: interrupted.\n"), (answer.Code, answer.Error));
    }

    [Fact]
    public async Task Unknown_board_is_ENOENT_without_a_hint_at_another_silo()
    {
        var answer = await DoAsync("board show nowhere");

        Assert.Empty(answer.Refused("ENOENT").Error);
    }

    private Task<Answer> DoAsync(string line) => silo.ClientAsync(line);

    private static string? NameOf(System.Text.Json.JsonElement element) => element.GetProperty("name").GetString();

    /// <summary>A GPU that takes anything, a display that takes one run, and memory whose every run but one is 1020 KiB long.</summary>
    private static TemporaryFile BoardNamed(string name) => new(
        $$"""
        name: {{name}}
        title: A board
        memory:
          - {name: dma, kind: system, start: 0x0, size: 64MiB, reserved: {every: 1MiB, pages: 1}, source: made up}
          - {name: cma, kind: contiguous, start: 0x10000000, size: 16MiB, source: made up}
        devices:
          - {name: gpu, driver: gpu, description: A GPU, max_segment_size: 4294967295}
          - {name: display, driver: display, description: A display, contiguous: true}
        """);
}
