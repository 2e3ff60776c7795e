using System.Globalization;
using DmaGrains.Silo;

namespace DmaGrains.Benchmarks.Durable;

/// <summary>
/// What does a durable command cost beside an empty call and beside a bare grain that appends 100 bytes, and beside another build's?
/// Rounds go through all of them in turn, so that whatever else the machine does falls on all; medians of the rounds.
/// </summary>
internal static class DurableRun
{
    /// <summary>Its name on the command line.</summary>
    public const string Name = "durable";

    private const string Few = "64";
    private const string Many = "512";
    private const string Half = "half, open";

    private static readonly string[] _works = [DurableMeasures.Empty, DurableMeasures.Bare, DurableMeasures.Command];

    /// <param name="args">A folder on the disk to measure, the number of rounds, the seconds of each measurement, another build's folder.</param>
    public static async Task<int> MainAsync(string[] args)
    {
        if (args is not [var folder, .. var rest]
            || !TryRead(rest.ElementAtOrDefault(0), 7, out var rounds)
            || !TryRead(rest.ElementAtOrDefault(1), 3, out var seconds)
            || rest.Length > 3)
        {
            await Console.Error.WriteLineAsync($"usage: DmaGrains.Benchmarks {Name} FOLDER [ROUNDS [SECONDS [OTHER-BUILD]]]");
            return ExitCode.Usage;
        }

        var before = rest.ElementAtOrDefault(2);
        if (before is not null && !File.Exists(Path.Combine(before, "DmaGrains.Benchmarks")))
        {
            await Console.Error.WriteLineAsync($"{Name}: {before} has no DmaGrains.Benchmarks: expected the folder of another build.");
            return ExitCode.Usage;
        }

        foreach (var storage in DurableStorage.Given())
        {
            await MeasureAsync(storage, Path.Combine(folder, $"durable-{Guid.NewGuid():N}"), rounds, seconds, before);
        }

        return ExitCode.Good;
    }

    private static bool TryRead(string? given, int otherwise, out int value)
    {
        value = otherwise;
        return given is null || (int.TryParse(given, CultureInfo.InvariantCulture, out value) && value > 0);
    }

    private static async Task MeasureAsync(DurableStorage storage, string folder, int rounds, int seconds, string? before)
    {
        var now = new DurableFigures();
        DurableFigures? then = null;
        using (var process = await DurableProcess.StartAsync(AppContext.BaseDirectory, Path.Combine(folder, "now"), storage.Name, storage.Where))
        using (var other = before is not null && storage.WhereBefore is { } where
            ? await DurableProcess.StartAsync(before, Path.Combine(folder, "before"), storage.Name, where)
            : null)
        {
            then = other is null ? null : new();
            for (var round = 0; round <= rounds; round++)
            {
                // The first round warms up: activations, compiled code, full reply windows.
                var isCounted = round > 0;
                List<(DurableProcess Process, DurableFigures Figures)> builds = [(process, isCounted ? now : new())];
                if (other is not null)
                {
                    // Neither always comes first.
                    builds.Insert(round % 2, (other, isCounted ? then! : new()));
                }

                await RoundAsync(builds, seconds);
            }
        }

        Directory.Delete(folder, recursive: true);
        Console.WriteLine($"{storage.Name}: rounds of {seconds} s for each row, medians of {rounds}");
        Console.WriteLine("| build | what | callers | per second | cpu, us | bytes | p50, ms | p99, ms |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
        now.Print("this");
        then?.Print("before");
        Console.WriteLine();
        Console.WriteLine("| medians of the ratios of each round | |");
        Console.WriteLine("| --- | --- |");
        PrintRatios(now, then);
        Console.WriteLine();
    }

    private static async Task RoundAsync(List<(DurableProcess Process, DurableFigures Figures)> builds, int seconds)
    {
        foreach (var callers in (string[])[Few, Many])
        {
            foreach (var work in _works)
            {
                foreach (var (process, figures) in builds)
                {
                    figures.Add(work, callers, await process.FullAsync(work, callers, seconds));
                }
            }
        }

        foreach (var work in _works[1..])
        {
            foreach (var (process, figures) in builds)
            {
                var half = figures.LastOf(work, Many).PerSecond / 2;
                figures.Add(work, Half, await process.OpenAsync(work, half, seconds));
            }
        }
    }

    private static void PrintRatios(DurableFigures now, DurableFigures? before)
    {
        const string command = DurableMeasures.Command;
        Print("processor time of a durable command, of an empty call's, 512 callers", now.Ratio(
            sample => sample.CpuMicroseconds, (command, Many), now, (DurableMeasures.Empty, Many)));
        foreach (var load in (string[])[Few, Many])
        {
            Print($"durable commands a second, of bare appends, {load} callers", now.Ratio(
                sample => sample.PerSecond, (command, load), now, (DurableMeasures.Bare, load)));
        }

        Print("p99 of a durable command at half of its full load, of the bare append's at half of its own", now.Ratio(
            sample => sample.P99Milliseconds, (command, Half), now, (DurableMeasures.Bare, Half)));
        if (before is null)
        {
            return;
        }

        foreach (var load in (string[])[Few, Many])
        {
            Print($"durable commands a second, of the build before, {load} callers", now.Ratio(
                sample => sample.PerSecond, (command, load), before, (command, load)));
            Print($"processor time of a durable command, of the build before's, {load} callers", now.Ratio(
                sample => sample.CpuMicroseconds, (command, load), before, (command, load)));
        }
    }

    private static void Print(string what, double ratio) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {ratio:f2} |"));
}
