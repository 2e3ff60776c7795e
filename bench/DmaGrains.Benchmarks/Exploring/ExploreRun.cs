using System.Diagnostics;
using System.Globalization;
using System.Runtime;
using DmaGrains.Analysis.Exploring;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Memory;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Benchmarks.Exploring;

/// <summary>States a second and bytes a state when every order of importers of six steps of one buffer is explored.</summary>
internal static class ExploreRun
{
    /// <summary>The first argument that asks for it.</summary>
    public const string Name = "explore";

    private const int Rounds = 7;

    private static readonly TimeSpan _fileTime = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan _warmUp = TimeSpan.FromSeconds(1);

    /// <summary>Explores for 4 importers up to the number given, 7 when none is; or a scenario's file, for a while.</summary>
    public static int Run(string[] args)
    {
        var most = 7;
        if (args is [var given] && !int.TryParse(given, CultureInfo.InvariantCulture, out most))
        {
            return RunFile(given);
        }

        Print("importers  cores  reduced  states      boards  states/s (wall)  states/s (CPU)  bytes/state");
        for (var importers = 4; importers <= most; importers++)
        {
            foreach (var cores in (int[])[1, 2])
            {
                Measure(importers, cores, reduces: true);
                Measure(importers, cores, reduces: false);
            }
        }

        return 0;
    }

    private static int RunFile(string path)
    {
        Print("cores  reduced  complete  steps  states      boards     seconds  seconds (CPU)");
        foreach (var (cores, reduces) in (ReadOnlySpan<(int, bool)>)[(1, true), (2, true), (1, false), (2, false)])
        {
            var options = new ExplorationOptions { Cores = cores, Reduces = reduces, TimeMax = _fileTime };
            var (clock, used) = (Stopwatch.StartNew(), Process.GetCurrentProcess().TotalProcessorTime);
            var report = Exploration.Play(ScenarioFile.Read(path), options).Report;
            var cpu = Process.GetCurrentProcess().TotalProcessorTime - used;
            Print(string.Create(
                CultureInfo.InvariantCulture,
                $"{cores,5}  {(reduces ? "yes" : "no"),7}  {(report.Complete ? "yes" : "no"),8}  {report.ExploredSteps,5}  {report.States,10:n0}  {report.Boards,9:n0}  {clock.Elapsed.TotalSeconds,7:n1}  {cpu.TotalSeconds,13:n1}"));
        }

        return 0;
    }

    private static void Measure(int importers, int cores, bool reduces)
    {
        var scenario = ScenarioOf(importers);
        var options = new ExplorationOptions { Cores = cores, Reduces = reduces };
        Warm(scenario, options);
        var (wall, cpu, bytes, report) = (double.MaxValue, double.MaxValue, 0L, default(ExploredPolicyReport)!);
        for (var round = 0; round < Rounds; round++)
        {
            var before = GC.GetTotalMemory(forceFullCollection: true);
            var (clock, used) = (Stopwatch.StartNew(), Process.GetCurrentProcess().TotalProcessorTime);
            report = Exploration.Play(scenario, options).Report;
            wall = Math.Min(wall, clock.Elapsed.TotalSeconds);
            cpu = Math.Min(cpu, (Process.GetCurrentProcess().TotalProcessorTime - used).TotalSeconds);
            bytes = Math.Max(bytes, PeakOf(scenario, options) - before);
        }

        Print(string.Create(
            CultureInfo.InvariantCulture,
            $"{importers,9}  {cores,5}  {(reduces ? "yes" : "no"),7}  {report.States,10:n0}  {report.Boards,6:n0}  {report.States / wall,15:n0}  {report.States / cpu,14:n0}  {(double)bytes / report.States,11:n0}"));
    }

    /// <summary>Plays until nothing more is compiled: the runtime does so in the background, once it has seen what is hot.</summary>
    private static void Warm(Scenario scenario, ExplorationOptions options)
    {
        long compiled;
        do
        {
            compiled = JitInfo.GetCompiledMethodCount();
            for (var clock = Stopwatch.StartNew(); clock.Elapsed < _warmUp;)
            {
                Exploration.Play(scenario, options);
            }
        }
        while (JitInfo.GetCompiledMethodCount() != compiled);
    }

    /// <summary>The most memory that was reachable after a layer: garbage is collected first, so this run is not timed.</summary>
    private static long PeakOf(Scenario scenario, ExplorationOptions options)
    {
        var peak = 0L;
        Exploration.Play(scenario, options, _ => peak = Math.Max(peak, GC.GetTotalMemory(forceFullCollection: true)));
        return peak;
    }

    /// <summary>GPUs and displays by turns attach, map twice over and detach.</summary>
    private static Scenario ScenarioOf(int importers)
    {
        var board = new BoardDefinition(
            "bench",
            "A board for benchmarks",
            [
                new("ram", MemoryKind.System, new(0x1000, 0x40000), 256, 1),
                new("cma", MemoryKind.Contiguous, new(0x80000, 0x4000)),
            ],
            [new("gpu", new(uint.MaxValue, 0, 0)), new("display", null) { RequiresContiguous = true }]);
        StepKind[] kinds = [StepKind.Attach, StepKind.Map, StepKind.Unmap, StepKind.Map, StepKind.Unmap, StepKind.Detach];
        return new(
            "bench",
            "Six steps each.",
            board,
            [new("frame", 1920 * 1080 * 4)],
            [
                .. Enumerable.Range(0, importers).Select(index => new Importer(
                    string.Create(CultureInfo.InvariantCulture, $"i{index}"),
                    index % 2 == 0 ? "gpu" : "display",
                    [.. kinds.Select(kind => new Step(kind, "frame", default, null, false, 0))])),
            ],
            []);
    }

    private static void Print(string line) => Console.WriteLine(line);
}
