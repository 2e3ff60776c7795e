using DmaGrains.Silo;

namespace DmaGrains.Client.Tests;

/// <summary>Whole boards of one silo process, and batches; each test has a board of its own.</summary>
public class LiveBoardTests(SiloProcess silo) : IClassFixture<SiloProcess>
{
    private const string Devices = "devices: [{name: gpu}, {name: display, contiguous: true}]";

    [Fact]
    public async Task Board_is_defined_replaced_listed_and_removed()
    {
        using var board = BoardNamed("whole", "First");
        using var other = BoardNamed("whole", "Second");
        (await DoAsync($"board define {board.Path}")).Good();
        (await DoAsync($"board define {other.Path}")).Refused("EEXIST");
        (await DoAsync($"board define {other.Path} --replace")).Good();

        Assert.Matches("(?m)^whole +Second$", (await DoAsync("board list")).Good().Output);

        (await DoAsync("board remove whole")).Good();
        Assert.DoesNotMatch("(?m)^whole ", (await DoAsync("board list")).Good().Output);
        (await DoAsync("board remove nowhere")).Refused("ENOENT");
    }

    [Fact]
    public async Task Device_set_changes_only_what_is_given()
    {
        using var board = BoardNamed("partial", "Partial");
        (await DoAsync($"board define {board.Path}")).Good();
        (await DoAsync("device set partial/gpu --max-segment-size 64KiB --dma-mask 0xffffffff --trusted")).Good();

        (await DoAsync("device set partial/gpu --max-segment-count 8")).Good();
        var changed = (await DoAsync("device show partial/gpu --json")).Good().Json()[0];
        (await DoAsync("device set partial/gpu --max-segment-size 0 --trusted false")).Good();
        var unset = (await DoAsync("device show partial/gpu --json")).Good().Json()[0];

        Assert.Equal((65536, 8, true), (Number(changed, "max_segment_size"), Number(changed, "max_segment_count"), changed.GetProperty("trusted").GetBoolean()));
        Assert.Equal((0, 8, false), (Number(unset, "max_segment_size"), Number(unset, "max_segment_count"), unset.GetProperty("trusted").GetBoolean()));
    }

    [Fact]
    public async Task Batch_carries_out_its_lines_over_one_connection_until_one_is_refused()
    {
        using var board = BoardNamed("batched", "Batched");
        using var batch = new TemporaryFile(
            $"""
            # A session.
            board define {board.Path}

            buffer export batched/frame --size 8KiB --exporter gpu
            dmagrains buffer attach batched/frame display --as display
            buffer map batched/frame display --as scanout
            buffer recalculate batched/frame
            buffer detach batched/frame display
            buffer release batched/frame
            """,
            ".txt");

        var answer = await silo.ClientAsync($"batch {batch.Path}");

        Assert.Equal((ExitCode.Refused, string.Empty), (answer.Code, answer.Error));
        Assert.Contains("attach batched/frame as display: ok", answer.Output, StringComparison.Ordinal);
        Assert.Contains("recalculate batched/frame: the same\n", answer.Output, StringComparison.Ordinal);
        Assert.Contains("detach batched/frame: EBUSY", answer.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("release", answer.Output, StringComparison.Ordinal);

        Assert.Matches(@"(?m)^frame +8192 +gpu +ram +display \(display\)$", (await DoAsync("buffer list batched")).Good().Output);
        using var bufinfo = new TemporaryFile((await DoAsync("board bufinfo batched")).Good().Output, ".txt");
        Assert.Contains("1 buffer, 8192 bytes", (await Answer.OfAsync("import", "bufinfo", bufinfo.Path)).Good().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Batch_without_a_silo_knows_the_boards_that_come_with_the_program()
    {
        using var batch = new TemporaryFile("buffer export rk3399/f --size 4KiB\nboard remove rk3399\nbuffer release rk3399/f\nboard remove rk3399\nboard list\n", ".txt");

        var text = (await Answer.OfAsync("batch", batch.Path, "--keep-going")).Refused("EBUSY").Output;

        Assert.Equal(["export rk3399/f: ok", "EBUSY", "release rk3399/f: ok", "remove rk3399: ok", "board  title"], text.TrimEnd().Split('\n').Select(Begins));
    }

    [Theory]
    [InlineData("buffer export batch-none/f --size 4KiB\nbuffer atach x", ":2:1: Unrecognized command or argument 'atach'; did you mean attach?")]
    [InlineData("buffer export batch-none/f --size lots", ":1:1: --size 'lots' is not a size")]
    [InlineData("run gpu-and-display", ":1:1: 'run' is not a command of a batch")]
    [InlineData("# nothing\n", "has no command")]
    public async Task Malformed_batch_is_refused_before_anything_is_done(string text, string saying)
    {
        using var batch = new TemporaryFile(text, ".txt");

        (await silo.ClientAsync($"batch {batch.Path}")).Unusable(saying);
    }

    [Fact]
    public async Task Board_file_is_shown_as_the_silo_shows_the_board()
    {
        using var board = BoardNamed("filed", "Filed");
        (await DoAsync($"board define {board.Path}")).Good();

        Assert.Equal((await DoAsync("board show filed")).Good().Output, (await Answer.OfAsync("board", "show", board.Path)).Good().Output);
        Assert.Equal((await DoAsync("device list filed")).Good().Output, (await Answer.OfAsync("device", "list", board.Path)).Good().Output);
        Assert.Equal(
            (await DoAsync("device show filed/display")).Good().Output, (await Answer.OfAsync("device", "show", board.Path, "display")).Good().Output);
        (await DoAsync($"board show {board.Path}")).Unusable("is a file: expected a board's name");
        (await DoAsync($"device show {board.Path} display")).Unusable("is a file: expected a board's name");
    }

    [Fact]
    public async Task Misspelt_device_is_refused_with_what_was_meant_whoever_has_the_board()
    {
        const string meant = "ENODEV  spelt has no device dispaly: did you mean display? Expected gpu or display.\n";
        using var board = BoardNamed("spelt", "Spelt");
        (await DoAsync($"board define {board.Path}")).Good();

        Assert.Equal(meant, (await DoAsync("device show spelt/dispaly")).Refused("ENODEV").Output);
        Assert.Equal(meant, (await Answer.OfAsync("device", "show", board.Path, "dispaly")).Refused("ENODEV").Output);
        (await DoAsync("device show unspelt/display")).Refused("ENOENT  There is no board unspelt");
        (await Answer.OfAsync("device", "show", board.Path)).Unusable("is a board file: expected the name of a device after it");
        (await Answer.OfAsync("device", "show", board.Path, "a/b")).Unusable("'a/b' is not a device's name");
    }

    private static string Begins(string line) => line.StartsWith("board", StringComparison.Ordinal) ? line : line.Split("  ")[0];

    private static int Number(System.Text.Json.JsonElement device, string field) => device.GetProperty(field).GetInt32();

    private static TemporaryFile BoardNamed(string name, string title) =>
        new($"name: {name}\ntitle: {title}\nmemory: [{{name: ram, kind: system, start: 0, size: 1GiB}}]\n{Devices}\n");

    private Task<Answer> DoAsync(string line) => silo.ClientAsync(line);
}
