using DmaGrains.Model;

namespace DmaGrains.Client.Tests;

/// <summary>Processes that play an experiment are killed at any moment; who goes on gets the results of one that was not.</summary>
public sealed class ExperimentKillTests : IDisposable
{
    private const string Experiment = """
        name: killed
        question: Is anything lost, or counted twice?
        boards: [{board: raspberry-pi-4, count: 2}]
        workload:
          - {name: frames, arrivals: {poisson: 40/s}, size: {exponential: 6MiB}, lifetime: {exponential: 400ms}, importers: [v3d, vc4], first-use: {exponential: 5ms}}
          - {name: video, arrivals: {clients: 3, think: 1s}, size: 2MiB, lifetime: 5s, importers: [v3d, sdhci], mapping: per-use, uses: {every: 16.7ms, for: 3ms}, pool: 2}
        faults: [{hang: vc4, every: {exponential: 7s}, for: 1s}]
        matrix: {policy: [refuse, migrate]}
        seed: 7

        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>With <c>--until</c> a run that goes on looks again at what was played before, and plays as many repetitions as it would have.</summary>
    [Theory]
    [InlineData(8, 40_000)]
    [InlineData(4, 4_000, "--until", "0.1%", "--repetitions-max", "9")]
    public async Task Killed_again_and_again_an_experiment_comes_to_the_same_results_byte_for_byte(int killsMin, int commands, params string[] options)
    {
        using var file = new TemporaryFile($"{Experiment}commands: {commands}\n");
        var whole = (await ProgramProcess.ClientAsync(["experiment", file.Path, "--no-results", "--json", .. options])).Good();
        Assert.True(options.Length == 0 || whole.Json().GetProperty("repetitions").GetInt32() > 4, "so few repetitions that nobody looked twice");
        var undisturbed = Path.Combine(_folder.Path, "undisturbed");
        (await ProgramProcess.ClientAsync(Arguments(undisturbed))).Good();
        var random = new Random(11);
        var (kills, folders) = (0, 0);
        while (kills < killsMin)
        {
            // At most ten kills before one must come to its end.
            var results = Path.Combine(_folder.Path, $"run-{folders++}");
            for (var turn = 0; turn < 10 && await IsKilledAsync(Arguments(results), results, files: random.Next(1, 20)); turn++)
            {
                kills++;
            }

            Assert.Equal(whole.Output, (await ProgramProcess.ClientAsync(Arguments(results))).Good().Output);
            AssertSame(undisturbed, results);
        }

        string[] Arguments(string results)
        {
            string[] resume = File.Exists(Path.Combine(results, "run.json")) ? ["--resume"] : [];
            return ["experiment", "run", file.Path, "--json", "--results", results, "--checkpoint-every", "1500", .. options, .. resume];
        }
    }

    /// <summary>Every file is the same but the one that tells times, and none is left over.</summary>
    private static void AssertSame(string expected, string actual)
    {
        var files = FilesIn(expected);
        Assert.Equal(files, FilesIn(actual));
        Assert.All(
            files.Where(file => file != "run.json"),
            file => Assert.True(File.ReadAllBytes(Path.Combine(expected, file)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(actual, file))), file));

        static List<string> FilesIn(string folder) =>
            [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file)).Order()];
    }

    /// <summary>Kills a process when it has begun, or ended, to write so many files.</summary>
    /// <returns>False when it came to its end before.</returns>
    private static async Task<bool> IsKilledAsync(string[] arguments, string results, int files)
    {
        Directory.CreateDirectory(results);
        using var watcher = new FileSystemWatcher(results) { IncludeSubdirectories = true };
        using var process = ProgramProcess.Start("dmagrains", arguments);
        void Kill(object sender, FileSystemEventArgs written)
        {
            if (Interlocked.Decrement(ref files) == 0)
            {
                process.Kill();
            }
        }

        watcher.Created += Kill;
        watcher.Renamed += Kill;
        watcher.EnableRaisingEvents = true;
        var (code, error) = await process.EndAsync();
        Assert.True(code is 0 or 128 + 9, HarmlessText.Short($"{code}: {error}", 500));
        return code != 0;
    }
}
