using System.Globalization;
using DmaGrains.Benchmarks.Hosting;

namespace DmaGrains.Benchmarks.Throughput;

/// <summary>
/// How many attaches and detaches does a silo carry beside empty calls? 256 callers, rounds that alternate between the two in one
/// process, so that whatever else the machine does falls on both; ratios are taken within a round.
/// </summary>
internal static class ThroughputRun
{
    public const string Name = "throughput";

    private const int DefaultRounds = 9;
    private const int Times = 30_000;

    public static async Task<int> MainAsync(string[] args)
    {
        var importers = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 0;
        var rounds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : DefaultRounds;
        Console.WriteLine($"{importers} importers stay attached; medians of {rounds} rounds of {Times}, each after as many empty calls");
        Console.WriteLine("storage  workload          ratio  (min  max)   per second  two empty calls  bytes  two empty calls");
        foreach (var storage in Enum.GetValues<BenchmarkStorage>())
        {
            await MeasureAsync(storage, importers, rounds);
        }

        return 0;
    }

    private static async Task MeasureAsync(BenchmarkStorage storage, int importers, int rounds)
    {
        await using var silo = await BenchmarkSilo.StartAsync(storage);
        var buffers = await Buffers.ExportAsync(silo.Grains, importers);
        Workload[] workloads = [buffers.TwoCalls, buffers.OneBatch];
        var samples = workloads.ToDictionary(workload => workload, _ => new List<(Sample Empty, Sample Own)>());
        for (var round = -2; round < rounds; round++)
        {
            foreach (var workload in workloads)
            {
                var empty = await Sample.TakeAsync(buffers.TwoEmptyCalls, Times);
                var own = await Sample.TakeAsync(workload, Times);

                // The first rounds warm up: activations, compiled code, full reply windows.
                if (round >= 0)
                {
                    samples[workload].Add((empty, own));
                }
            }
        }

        foreach (var workload in workloads)
        {
            Print(storage, workload.Name, samples[workload]);
        }
    }

    private static void Print(BenchmarkStorage storage, string workload, List<(Sample Empty, Sample Own)> rounds)
    {
        var ratios = rounds.Select(round => round.Own.PerSecond / round.Empty.PerSecond).Order().ToList();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{storage,-8} {workload,-16} {Median(ratios),6:f2}  ({ratios[0]:f2} {ratios[^1]:f2}) {Median(rounds.Select(r => r.Own.PerSecond)),12:n0} {Median(rounds.Select(r => r.Empty.PerSecond)),16:n0} {Median(rounds.Select(r => r.Own.Bytes)),6:n0} {Median(rounds.Select(r => r.Empty.Bytes)),16:n0}"));
    }

    private static double Median(IEnumerable<double> values)
    {
        var ordered = values.Order().ToList();
        return (ordered[(ordered.Count - 1) / 2] + ordered[ordered.Count / 2]) / 2;
    }
}
