using DmaGrains.Model;

namespace DmaGrains.Client.Tests;

/// <summary>Processes that play an experiment are killed at any moment; who goes on gets the results of one that was not.</summary>
public sealed class ExperimentKillTests : IDisposable
{
    private const int KillsMin = 20;

    private const string Experiment = """
        name: killed
        question: Is anything lost, or counted twice?
        boards: [{board: raspberry-pi-4, count: 2}]
        workload:
          - {name: frames, arrivals: {poisson: 40/s}, size: {exponential: 6MiB}, lifetime: {exponential: 400ms}, importers: [v3d, vc4], first-use: {exponential: 5ms}}
          - {name: video, arrivals: {clients: 3, think: 1s}, size: 2MiB, lifetime: 5s, importers: [v3d, sdhci], mapping: per-use, uses: {every: 16.7ms, for: 3ms}, pool: 2}
        faults: [{hang: vc4, every: {exponential: 7s}, for: 1s}]
        matrix: {policy: [refuse, migrate]}
        commands: 40000
        seed: 7

        """;

    private readonly TemporaryFolder _folder = new();
    private readonly TemporaryFile _file = new(Experiment);

    public void Dispose()
    {
        _folder.Dispose();
        _file.Dispose();
    }

    [Fact]
    public async Task Killed_again_and_again_an_experiment_comes_to_the_same_results_byte_for_byte()
    {
        var whole = (await ProgramProcess.ClientAsync("experiment", _file.Path, "--json")).Good().Output;
        var random = new Random(11);
        var (kills, folders) = (0, 0);
        while (kills < KillsMin)
        {
            // At most ten kills before one must come to its end.
            var checkpoints = Path.Combine(_folder.Path, $"run-{folders++}");
            for (var turn = 0; turn < 10 && await IsKilledAsync(checkpoints, files: random.Next(1, 6)); turn++)
            {
                kills++;
            }

            Assert.Equal(whole, (await ProgramProcess.ClientAsync(Arguments(checkpoints))).Good().Output);
        }
    }

    /// <summary>Kills a process when it has begun, or ended, to write so many files.</summary>
    /// <returns>False when it came to its end before.</returns>
    private async Task<bool> IsKilledAsync(string checkpoints, int files)
    {
        Directory.CreateDirectory(checkpoints);
        using var process = ProgramProcess.Start("dmagrains", Arguments(checkpoints));
        using var watcher = new FileSystemWatcher(checkpoints);
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

    private string[] Arguments(string checkpoints)
    {
        string[] resume = Directory.Exists(checkpoints) && Directory.EnumerateFiles(checkpoints).Any() ? ["--resume"] : [];
        return ["experiment", "run", _file.Path, "--json", "--checkpoints", checkpoints, "--checkpoint-every", "1500", .. resume];
    }
}
