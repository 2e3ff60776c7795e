using System.Text.Json;

namespace DmaGrains.Client.Tests;

/// <summary>Where results go, what is kept, and what is refused.</summary>
public sealed class ExperimentResultsTests : IDisposable
{
    private const string Text = """
        name: kept
        question: Is everything kept?
        boards: [raspberry-pi-4]
        workload: [{name: s, arrivals: {poisson: 100/s}, size: 3MiB, lifetime: {exponential: 300ms}, importers: [v3d, vc4]}]
        matrix: {policy: [refuse, migrate]}
        commands: 2000
        seed: 5

        """;

    private readonly TemporaryFolder _folder = new();
    private readonly TemporaryFile _file = new(Text);

    private string Results => Path.Combine(_folder.Path, "kept");

    public void Dispose()
    {
        _folder.Dispose();
        _file.Dispose();
    }

    [Fact]
    public async Task The_folder_has_the_input_the_run_and_the_summary_that_was_answered()
    {
        var answer = (await RunAsync("--json")).Good();

        Assert.Equal(answer.Output, await ReadAsync("summary.json"));
        Assert.Equal(Text, await ReadAsync("input/experiment.yaml"));
        Assert.Contains("name: raspberry-pi-4", await ReadAsync("boards/raspberry-pi-4.yaml"), StringComparison.Ordinal);
        var run = JsonDocument.Parse(await ReadAsync("run.json")).RootElement;
        Assert.Equal(5, run.GetProperty("seed").GetInt32());
        var play = Assert.Single(run.GetProperty("plays").EnumerateArray());
        Assert.True(play.GetProperty("is_complete").GetBoolean());
        Assert.True(play.GetProperty("ended").GetDateTimeOffset() >= play.GetProperty("begun").GetDateTimeOffset());
        Assert.Contains(_file.Path, play.GetProperty("command_line").EnumerateArray().Select(word => word.GetString()));
        Assert.False(Directory.Exists(Path.Combine(Results, "checkpoints")));
    }

    [Fact]
    public async Task The_copy_of_the_input_gives_the_same_results()
    {
        (await RunAsync()).Good();
        var again = Path.Combine(_folder.Path, "again");

        (await Answer.OfAsync("experiment", Path.Combine(Results, "input", "experiment.yaml"), "--results", again)).Good();

        Assert.Equal(await ReadAsync("summary.json"), await File.ReadAllTextAsync(Path.Combine(again, "summary.json"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Results_that_are_there_are_kept_unless_they_are_to_be_replaced()
    {
        (await RunAsync()).Good();
        var before = await ReadAsync("run.json");

        (await RunAsync()).Unusable("is there already: expected a new folder, --resume to go on in it, or --force to replace it.");

        Assert.Equal(before, await ReadAsync("run.json"));
        (await RunAsync("--force")).Good();
        Assert.NotEqual(before, await ReadAsync("run.json"));
    }

    [Fact]
    public async Task A_folder_of_something_else_is_not_replaced()
    {
        Directory.CreateDirectory(Results);
        var mine = Path.Combine(Results, "mine");
        await File.WriteAllTextAsync(mine, "mine", TestContext.Current.CancellationToken);

        (await RunAsync("--force")).Unusable("has no run.json, so it is not a results folder, and is not replaced");
        (await RunAsync("--resume")).Unusable("has no run.json: expected a results folder");
        (await Answer.OfAsync("experiment", _file.Path, "--results", mine)).Unusable("is a file: expected a folder for results");

        Assert.Equal([mine], Directory.EnumerateFileSystemEntries(Results));
    }

    [Fact]
    public async Task Who_goes_on_with_a_run_that_is_complete_gets_its_results()
    {
        var first = (await RunAsync("--json")).Good();
        var run = await ReadAsync("run.json");

        Assert.Equal(first.Output, (await RunAsync("--json", "--resume")).Good().Output);
        Assert.Equal(run, await ReadAsync("run.json"));
    }

    [Fact]
    public async Task Another_experiment_or_another_question_does_not_go_on()
    {
        (await RunAsync()).Good();
        using var other = new TemporaryFile(Text.Replace("commands: 2000", "commands: 3000", StringComparison.Ordinal));

        (await Answer.OfAsync("experiment", other.Path, "--results", Results, "--resume")).Unusable("is of another experiment, or its file has changed since");
        (await RunAsync("--resume", "--until", "1%")).Unusable(
            "was begun with --measure buffers-refused, and would go on with --measure buffers-refused --until 1% --repetitions-max 1000: expected the same.");
    }

    [Theory]
    [InlineData("there is no folder", "--resume")]
    [InlineData("--no-results keeps no results", "--resume", "--no-results")]
    [InlineData("expected --results FOLDER with it, and no --resume", "--resume", "--force")]
    public async Task What_contradicts_itself_is_refused(string saying, params string[] options) => (await RunAsync(options)).Unusable(saying);

    [Fact]
    public async Task Without_a_folder_each_run_has_one_by_name_seed_and_number()
    {
        foreach (var expected in (string[])["results/kept-5", "results/kept-5-2"])
        {
            var answer = (await RunHereAsync()).Good();

            Assert.EndsWith($"Results: {expected}\n", answer.Output, StringComparison.Ordinal);
            Assert.True(File.Exists(Path.Combine(_folder.Path, expected, "summary.json")));
        }

        Assert.EndsWith("Results: results/kept-5-2\n", (await RunHereAsync("--resume")).Good().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_kept_of_a_cluster_that_does_not_answer()
    {
        Assert.Equal(69, (await RunAsync("--gateway", "127.0.0.1:1")).Code);

        Assert.False(Directory.Exists(Results));
    }

    [Fact]
    public async Task A_full_disk_ends_the_run_and_loses_nothing_that_was_written()
    {
        using var mounted = ProgramProcess.Shell($"mount -t tmpfs -o size=1048576 tmpfs {_folder.Path}");
        Assert.SkipWhen((await mounted.EndAsync()).Code != 0, "skipped: mounting a tmpfs is not allowed here (root may, outside most containers)");
        try
        {
            await File.WriteAllBytesAsync(Path.Combine(_folder.Path, "ballast"), new byte[900_000], TestContext.Current.CancellationToken);
            using var longer = new TemporaryFile(Text.Replace("commands: 2000", "commands: 200", StringComparison.Ordinal) + "repetitions: 4\nwarm-up: 10ms\n");

            var answer = await Answer.OfAsync("experiment", longer.Path, "--results", Results, "--checkpoint-every", "50");

            Assert.Equal((74, string.Empty), (answer.Code, answer.Output));
            Assert.Matches(@"^dmagrains: .* cannot be (written|used): .*[Nn]o space left on device[^\n]*\.\n$", answer.Error);
            var kept = Directory.EnumerateFiles(Results, "*", SearchOption.AllDirectories).ToList();
            Assert.Contains(kept, file => file.EndsWith(".done", StringComparison.Ordinal) || file.EndsWith(".state", StringComparison.Ordinal));
            Assert.DoesNotContain(kept, file => file.EndsWith(".parquet.new", StringComparison.Ordinal));

            File.Delete(Path.Combine(_folder.Path, "ballast"));
            (await Answer.OfAsync("experiment", longer.Path, "--results", Results, "--resume")).Good();
            Assert.Equal(
                (await Answer.OfAsync("experiment", longer.Path, "--no-results", "--json")).Good().Output, await ReadAsync("summary.json"));
        }
        finally
        {
            using var unmounted = ProgramProcess.Shell($"umount {_folder.Path}");
            await unmounted.EndAsync();
        }
    }

    [Fact]
    public async Task Told_to_end_a_run_shows_and_keeps_what_there_is_and_goes_on_later()
    {
        using var longer = new TemporaryFile(Text.Replace("commands: 2000", "commands: 4000000", StringComparison.Ordinal) + "repetitions: 2\n");
        string[] arguments = ["experiment", "run", longer.Path, "--results", Results, "--cores", "1"];
        using var process = ProgramProcess.Start("dmagrains", [.. arguments, "--checkpoint-every", "100000"]);
        await WaitForFileAsync(Path.Combine(Results, "checkpoints"));
        await process.TerminateAsync();

        var answer = await process.AnswerAsync();

        Assert.Equal((143, "dmagrains: interrupted.\n"), (answer.Code, answer.Error));
        Assert.Contains("\nBroken off: 0 repetitions of each case came to an end; --resume goes on.\n", answer.Output, StringComparison.Ordinal);
        Assert.False(JsonDocument.Parse(await ReadAsync("summary.json")).RootElement.GetProperty("is_complete").GetBoolean());
        Assert.NotEqual(JsonValueKind.Null, JsonDocument.Parse(await ReadAsync("run.json")).RootElement.GetProperty("plays")[0].GetProperty("ended").ValueKind);
    }

    [Fact]
    public async Task A_run_that_failed_says_why_and_keeps_what_there_is()
    {
        using var longer = new TemporaryFile(Text.Replace("commands: 2000", "commands: 400000", StringComparison.Ordinal) + "warm-up: 10ms\n");
        string[] arguments = ["experiment", "run", longer.Path, "--results", Results, "--cores", "1", "--checkpoint-every", "5000"];
        using (var killed = ProgramProcess.Start("dmagrains", arguments))
        {
            await WaitForFileAsync(Path.Combine(Results, "checkpoints"));
            killed.Kill();
            await killed.EndAsync();
        }

        var checkpoint = Path.Combine(Results, "checkpoints", "case-0-repetition-0-board-0.done");
        await File.WriteAllTextAsync(checkpoint, "no checkpoint", TestContext.Current.CancellationToken);
        (await Answer.OfAsync([.. arguments, "--resume"])).Unusable("is damaged: expected one that this program wrote for this file");

        var listed = (await Answer.OfAsync("experiment", "list", _folder.Path, "--json")).Good().Json()[0];
        Assert.Equal("failed", listed.GetProperty("state").GetString());
        Assert.Contains("is damaged: expected one that this program wrote", listed.GetProperty("failure").GetString(), StringComparison.Ordinal);
        Assert.Contains(" failed: the checkpoint ", (await Answer.OfAsync("experiment", "list", _folder.Path)).Good().Output, StringComparison.Ordinal);
        var shown = (await Answer.OfAsync("experiment", "show", Results)).Good().Output;
        Assert.Matches(@"\nPlayed from [^\n]*, killed: dmagrains [^\n]*\nPlayed from [^\n]*, failed at [^\n]*--resume\n  failed: the checkpoint [^\n]* is damaged: ", shown);
        Assert.Contains("\nBroken off: 0 repetitions of each case came to an end; --resume goes on.\n", shown, StringComparison.Ordinal);

        File.Delete(checkpoint);
        (await Answer.OfAsync([.. arguments, "--resume"])).Good();
        Assert.Equal("complete", (await Answer.OfAsync("experiment", "list", _folder.Path, "--json")).Good().Json()[0].GetProperty("state").GetString());
    }

    [Fact]
    public async Task Who_plays_in_a_folder_where_another_process_plays_is_told_and_changes_nothing()
    {
        using var longer = new TemporaryFile(Text.Replace("commands: 2000", "commands: 400000000", StringComparison.Ordinal));
        string[] arguments = ["experiment", "run", longer.Path, "--results", Results];
        using var first = ProgramProcess.Start("dmagrains", [.. arguments, "--cores", "1", "--checkpoint-every", "2000000000"]);
        await WaitForFileAsync(Path.Combine(Results, "input"));
        var held = $"/kept is being played by process {first.Id} since ";
        await WaitUntilAsync(async () => (await ProgramProcess.ClientAsync([.. arguments, "--resume"])).Error.Contains(held, StringComparison.Ordinal));
        var before = await ReadAsync("run.json");

        foreach (var how in (string[][])[["--resume"], ["--force"], []])
        {
            var answer = await ProgramProcess.ClientAsync([.. arguments, .. how]);

            answer.Unusable(held);
            Assert.EndsWith("Z: expected to wait until it has ended, or another folder with --results.\n", answer.Error, StringComparison.Ordinal);
        }

        Assert.Equal(before, await ReadAsync("run.json"));
        Assert.Equal("being played", (await Answer.OfAsync("experiment", "list", _folder.Path, "--json")).Good().Json()[0].GetProperty("state").GetString());
        (await Answer.OfAsync("experiment", "show", Results)).Unusable("has no summary yet: it is being played by process");

        // Killed, it holds nothing any more.
        first.Kill();
        await first.EndAsync();
        Assert.Equal("killed", (await Answer.OfAsync("experiment", "list", _folder.Path, "--json")).Good().Json()[0].GetProperty("state").GetString());
        (await RunAsync("--force")).Good();
    }

    [Fact]
    public async Task Of_processes_that_begin_in_one_folder_at_the_same_time_one_plays()
    {
        using var longer = new TemporaryFile(Text.Replace("commands: 2000", "commands: 400000000", StringComparison.Ordinal));
        var processes = Enumerable.Range(0, 4)
            .Select(_ => ProgramProcess.Start("dmagrains", "experiment", "run", longer.Path, "--results", Results, "--cores", "1")).ToList();
        try
        {
            var ends = processes.Select(process => process.EndAsync()).ToList();
            var refused = new List<string>();
            while (refused.Count < processes.Count - 1)
            {
                var end = await Task.WhenAny(ends);
                ends.Remove(end);
                refused.Add((await end).Error);
            }

            Assert.All(refused, error => Assert.Contains("/kept is being played by ", error, StringComparison.Ordinal));
            Assert.False(Assert.Single(ends).IsCompleted);
        }
        finally
        {
            processes.ForEach(process => process.Dispose());
        }
    }

    private static async Task WaitForFileAsync(string folder)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromMinutes(2));
        while (!Directory.Exists(folder) || !Directory.EnumerateFiles(folder).Any())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), patience.Token);
        }
    }

    private static async Task WaitUntilAsync(Func<Task<bool>> isSo)
    {
        while (!await isSo())
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }
    }

    private Task<Answer> RunAsync(params string[] options) => Answer.OfAsync(["experiment", _file.Path, "--results", Results, .. options]);

    /// <summary>From within the folder, as a process of its own.</summary>
    private async Task<Answer> RunHereAsync(params string[] options)
    {
        using var process = ProgramProcess.Shell(
            $"program=$PWD/dmagrains; cd {_folder.Path} && $program experiment {_file.Path} {string.Join(' ', options)}");
        return await process.AnswerAsync();
    }

    private Task<string> ReadAsync(string file) => File.ReadAllTextAsync(Path.Combine(Results, file), TestContext.Current.CancellationToken);
}
