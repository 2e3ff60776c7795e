using System.Text.Json;
using DmaGrains.Silo;

namespace DmaGrains.Client.Tests;

public class ImportCommandTests
{
    private const string Heading = "\nDma-buf Objects:\nsize    \tflags   \tmode    \tcount   \texp_name\tino     \tname\n";

    private const string Frame =
        "08294400\t00000002\t00080007\t00000003\tdrm\t00000007\tframe\n\tAttached Devices:\n\tfe00.vc4\n\tv3d\nTotal 2 devices attached\n\n";

    internal const string Text = Heading + Frame + "\nTotal 1 objects, 8294400 bytes\n";

    [Fact]
    public async Task Bufinfo_lists_buffers_and_who_holds_them()
    {
        using var file = new TemporaryFile(Text, ".txt");

        var text = (await Answer.OfAsync("import", "bufinfo", file.Path)).Good().Output;
        var report = (await Answer.OfAsync("import", "bufinfo", file.Path, "--json")).Good().Json();

        Assert.Contains("7      frame  drm       8294400  3           fe00.vc4, v3d\n", text, StringComparison.Ordinal);
        Assert.Contains("held by v3d: 1 buffer, 8294400 bytes\n", text, StringComparison.Ordinal);
        Assert.Equal(8294400, report.GetProperty("stated_bytes").GetInt64());
        Assert.Equal(JsonValueKind.Null, report.GetProperty("buffers")[0].GetProperty("fit").ValueKind);
    }

    [Fact]
    public async Task Bufinfo_with_a_board_tells_whether_all_importers_could_be_met()
    {
        using var file = new TemporaryFile(Text, ".txt");
        using var large = new TemporaryFile(Text.Replace("08294400\t", "99999999999\t", StringComparison.Ordinal), ".txt");

        var fits = await Answer.OfAsync("import", "bufinfo", file.Path, "--board", "raspberry-pi-4", "--device", "fe00.vc4=vc4");
        var unknown = await Answer.OfAsync("import", "bufinfo", file.Path, "--board", "raspberry-pi-4");
        var refused = await Answer.OfAsync("import", "bufinfo", large.Path, "--board", "raspberry-pi-4");

        Assert.Contains("ok: 1 segment, any size, no boundary\n", fits.Good().Output, StringComparison.Ordinal);
        Assert.Contains("; vc4 on raspberry-pi-4\n", fits.Output, StringComparison.Ordinal);
        Assert.Contains("ok: any count, any size, no boundary, of those it knows\n", unknown.Good().Output, StringComparison.Ordinal);
        Assert.Contains("held by fe00.vc4: 1 buffer, 8294400 bytes; not on raspberry-pi-4\n", unknown.Output, StringComparison.Ordinal);
        refused.Refused("buffer 7: ENOMEM");
    }

    [Fact]
    public async Task A_device_or_a_board_that_matches_nothing_is_not_a_success()
    {
        using var file = new TemporaryFile(Text, ".txt");

        (await Answer.OfAsync("import", "bufinfo", file.Path, "--board", "raspberry-pi-4", "--device", "fe00.vc5=vc4"))
            .Unusable("no device 'fe00.vc5' is attached to any buffer: expected 'fe00.vc4' or 'v3d'");
        (await Answer.OfAsync("import", "bufinfo", file.Path, "--board", "figures"))
            .Refused("board: figures has none of the attached devices ('fe00.vc4', 'v3d')");
        using var sysfs = new TemporaryFile("buffers/7/size: 4096\nbuffers/7/exporter_name: drm\n", ".txt");
        (await Answer.OfAsync("import", "bufinfo", sysfs.Path, "--board", "figures")).Refused("The text names no devices");
    }

    [Fact]
    public async Task Bufinfo_tells_what_it_left_out()
    {
        using var file = new TemporaryFile($"$ cat bufinfo\n```{Text}```\nbye\n", ".txt");

        var text = (await Answer.OfAsync("import", "bufinfo", file.Path)).Good().Output;
        var report = (await Answer.OfAsync("import", "bufinfo", file.Path, "--json")).Good().Json();

        Assert.Contains(
            "  4 lines outside the listing, left out:\n    lines 1 to 2: $ cat bufinfo …\n    lines 13 to 14: ``` …\n", text, StringComparison.Ordinal);
        Assert.Equal(4, report.GetProperty("unread_lines").GetInt32());
        Assert.Equal(13, report.GetProperty("left_out")[1].GetProperty("first").GetInt32());
    }

    [Fact]
    public async Task Bufinfo_of_a_text_that_is_cut_has_what_is_there_and_exits_with_1()
    {
        using var file = new TemporaryFile(Text[..^60], ".txt");

        var answer = await Answer.OfAsync("import", "bufinfo", file.Path);

        answer.Refused("The text ends within the buffer that starts on line 4.");
        Assert.Contains("frame", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bufinfo_reads_what_buffer_describe_prints()
    {
        using var folder = new TemporaryFolder();
        var data = Path.Combine(folder.Path, "state.db");
        (await Answer.OfAsync("buffer", "export", "raspberry-pi-4/frame", "--size", "1MiB", "--exporter", "v3d", "--data", data)).Good();
        (await Answer.OfAsync("buffer", "attach", "raspberry-pi-4/frame", "vc4", "--data", data)).Good();
        using var described = new TemporaryFile(
            (await Answer.OfAsync("buffer", "describe", "raspberry-pi-4/frame", "--data", data)).Good().Output, ".txt");

        var report = (await Answer.OfAsync("import", "bufinfo", described.Path, "--board", "raspberry-pi-4", "--json")).Good().Json();

        var buffer = report.GetProperty("buffers")[0];
        Assert.Equal("frame", buffer.GetProperty("name").GetString());
        Assert.Equal("v3d", buffer.GetProperty("exporter").GetString());
        Assert.Equal(1, buffer.GetProperty("union").GetProperty("max_segment_count").GetInt64());
        Assert.True(JsonElement.DeepEquals(buffer.GetProperty("union"), buffer.GetProperty("fit").GetProperty("union")));
        Assert.Equal("vc4", buffer.GetProperty("attached_devices")[0].GetString());
        Assert.True(report.GetProperty("unread_lines").GetInt32() > 0);
    }

    [Fact]
    public async Task Names_of_buffers_move_no_cursor()
    {
        using var file = new TemporaryFile(Text.Replace("frame", "\u001b[2J", StringComparison.Ordinal), ".txt");

        Assert.DoesNotContain('\u001b', (await Answer.OfAsync("import", "bufinfo", file.Path)).Good().Output);
    }

    [Fact]
    public async Task Watch_shows_what_changed_until_the_file_is_gone()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "bufinfo");
        File.WriteAllText(file, Text);
        using var output = new SignallingWriter();

        var watch = Task.Run(() => CommandLine.RunAsync(["import", "bufinfo", file, "--watch", "--every", "10"], output, TextWriter.Null));
        await output.WaitForAsync("held by v3d");
        Replace(file, Text.Replace("\tv3d\n", string.Empty, StringComparison.Ordinal).Replace("Total 2 devices", "Total 1 devices", StringComparison.Ordinal));
        await output.WaitForAsync("7 'frame' (drm, 8294400 bytes): v3d detached\nnow 1 buffer, 8294400 bytes\n");
        Replace(file, $"{Heading}\nTotal 0 objects, 0 bytes\n");
        await output.WaitForAsync("- 7 'frame' (drm, 8294400 bytes)\nnow 0 buffers, 0 bytes\n");
        File.Delete(file);

        Assert.Equal(ExitCode.Good, await watch);
    }

    [Fact]
    public async Task What_a_watch_records_is_played_by_an_experiment()
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "bufinfo");
        var recording = Path.Combine(folder.Path, "recording.jsonl");
        File.WriteAllText(file, Text);
        using var output = new SignallingWriter();
        var watch = Task.Run(() => CommandLine.RunAsync(
            ["import", "bufinfo", file, "--watch", "--every", "10", "--record", recording], output, TextWriter.Null));
        await output.WaitForAsync("held by v3d");
        Replace(file, $"{Heading}\nTotal 0 objects, 0 bytes\n");
        await output.WaitForAsync("now 0 buffers, 0 bytes\n");
        File.Delete(file);
        Assert.Equal(ExitCode.Good, await watch);
        var experiment = Path.Combine(folder.Path, "experiment.yaml");
        File.WriteAllText(experiment, """
            name: again
            question: What became of it?
            boards: [raspberry-pi-4]
            workload: [{name: seen, arrivals: {recording: recording.jsonl}, devices: {fe00.vc4: vc4}}]
            duration: 1h
            """);

        var played = (await Answer.OfAsync("experiment", experiment, "--no-results", "--json")).Good();

        // An export, and attach, map, unmap and detach of each importer; a release.
        Assert.Contains("\"commands\": 10,", played.Output, StringComparison.Ordinal);
        (await Answer.OfAsync("import", "bufinfo", experiment, "--watch", "--record", recording)).Unusable("it already exists; expected a new file, or --force");
    }

    [Fact]
    public async Task A_recording_that_cannot_be_written_is_told_in_one_line()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "A device that is always full is needed.");
        using var file = new TemporaryFile(Text, ".txt");

        (await Answer.OfAsync("import", "bufinfo", file.Path, "--watch", "--record", "/dev/full", "--force")).Unusable("No space left on device");
    }

    [Theory]
    [InlineData("import bufinfo", "'FILE'")]
    [InlineData("import bufinfo /no/such/file", "/no/such/file:1:1: the file cannot be read")]
    [InlineData("import bufinfo - --watch", "expected a file, not standard input")]
    [InlineData("import bufinfo x --board nowhere", "There is no board 'nowhere'")]
    [InlineData("import bufinfo x --device a=b", "--device is given without --board")]
    [InlineData("import bufinfo x --board juno --device a=b", "expected KERNEL=BOARD")]
    [InlineData("import bufinfo x --board juno --device =hdlcd", "expected KERNEL=BOARD")]
    [InlineData("import bufinfo x --record y", "--record is given without --watch: expected both.")]
    [InlineData("import bufinfo x --every 1", "expected 10 to 60000 milliseconds")]
    public async Task Malformed_command_line_is_refused_in_one_line(string line, string saying) =>
        (await Answer.OfAsync(line.Split(' '))).Unusable(saying);

    [Fact]
    public async Task Text_that_is_no_listing_is_refused_with_its_place()
    {
        using var file = new TemporaryFile($"{Heading}nonsense\n", ".txt");

        (await Answer.OfAsync("import", "bufinfo", file.Path)).Unusable($"{file.Path}:4:1: 'nonsense' has 1 column; expected ");
    }

    private static void Replace(string file, string text)
    {
        File.WriteAllText($"{file}.new", text);
        File.Move($"{file}.new", file, overwrite: true);
    }
}
