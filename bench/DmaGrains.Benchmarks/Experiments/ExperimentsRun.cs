using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using DmaGrains.Experiments.Files;
using DmaGrains.Experiments.Playing;
using DmaGrains.Experiments.Results;
using HdrHistogram;

namespace DmaGrains.Benchmarks.Experiments;

/// <summary>Commands a second of experiments in virtual time, on one core, and whether memory grows with their length.</summary>
internal static class ExperimentsRun
{
    /// <summary>The first argument that asks for it.</summary>
    public const string Name = "experiments";

    private const int Rounds = 5;

    private static readonly ImmutableArray<(string Name, string Workload)> _workloads =
    [
        (
            "1000 buffers come and go",
            "{name: s, arrivals: {poisson: 1000/s}, size: 64KiB, lifetime: {exponential: 1s}, importers: [v3d, sdhci]}"),
        (
            "1000 buffers, mapped 60 times a second",
            "{name: s, arrivals: {constant: 1/s}, size: 64KiB, lifetime: 1000s, importers: [v3d, sdhci], mapping: per-use, uses: {every: 16.7ms}}"),
        (
            "a pipeline of four devices, 60 frames a second",
            """
            {name: s, arrivals: {constant: 0.0001/s}, size: 1920x1080x4, lifetime: 1h, pool: 4, mapping: per-use, uses: {every: 16.666ms},
                importers: [unicam from-device, bcm2835-dma, v3d, vc4 to-device]}
            """),
    ];

    /// <summary>Plays each workload; or the last one for a whole day with <c>day</c>.</summary>
    public static int Run(string[] args)
    {
        if (args is ["day"])
        {
            Print("seconds  commands    commands/s  peak MiB");
            Measure(_workloads[^1].Workload.Replace("0.0001/s", "0.0002/s", StringComparison.Ordinal), "duration: 1d", (seconds, commands) =>
                $"{seconds,7:n1}  {commands,10:n0}  {commands / seconds,10:n0}  {Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0,8:n0}");
            return 0;
        }

        Print("workload                                        commands    commands/s (CPU)");
        foreach (var (name, workload) in _workloads)
        {
            var best = 0.0;
            for (var round = 0; round < Rounds; round++)
            {
                Measure(workload, "commands: 500000", (seconds, commands) =>
                {
                    best = Math.Max(best, commands / seconds);
                    return null;
                });
            }

            Print(string.Create(CultureInfo.InvariantCulture, $"{name,-46}  {500_000,8:n0}  {best,16:n0}"));
        }

        Print("commands     heap MiB after a collection");
        foreach (var commands in (int[])[1_000_000, 10_000_000])
        {
            var heap = 0L;
            Measure(_workloads[0].Workload, $"commands: {commands}", (_, _) =>
            {
                heap = GC.GetTotalMemory(forceFullCollection: true);
                return null;
            });
            Print(string.Create(CultureInfo.InvariantCulture, $"{commands,11:n0}  {heap / 1048576.0,8:n1}"));
        }

        return 0;
    }

    private static void Measure(string workload, string end, Func<double, ulong, string?> told)
    {
        var text = $"name: bench\nquestion: How fast?\nboards: [raspberry-pi-4]\nregions: {{cma: 256MiB}}\nworkload:\n  - {workload}\n{end}\nwarm-up: 0\n";
        var experiment = ExperimentFile.Parse(text, "bench.yaml");
        var (sink, used) = (new CommandCount(), Process.GetCurrentProcess().TotalProcessorTime);
        new ExperimentRun(experiment, sink, new() { Cores = 1 }).Play(CancellationToken.None);
        var seconds = (Process.GetCurrentProcess().TotalProcessorTime - used).TotalSeconds;
        if (told(seconds, sink.Commands) is { } line)
        {
            Print(line);
        }
    }

    private static void Print(string line) => Console.Out.WriteLine(line);

    private sealed class CommandCount : IResultSink
    {
        public ulong Commands { get; private set; }

        public void Add(Repetition repetition) => Commands += repetition.Commands;

        public void Add(RefusalCount refusals)
        {
        }

        public void Add(HazardCount hazards)
        {
        }

        public void Add(in MemorySample sample)
        {
        }

        public void AddTimesToFirstMap(int @case, int repetition, LongHistogram histogram)
        {
        }
    }
}
