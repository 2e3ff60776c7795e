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
    private const int WarmUpRounds = 5;
    private const int Times = 30_000;

    public static async Task<int> MainAsync(string[] args)
    {
        var importers = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 0;
        var rounds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : DefaultRounds;
        Console.WriteLine($"{importers} importers stay attached; medians of {rounds} rounds of {Times}, each after as many empty calls");
        Console.WriteLine("| storage | workload | ratio | min to max | ratio of cpu | per second | cpu, us | bytes |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var storage in (BenchmarkStorage[])[BenchmarkStorage.Memory, BenchmarkStorage.None])
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
        for (var round = -WarmUpRounds; round < rounds; round++)
        {
            foreach (var workload in workloads)
            {
                var empty = await Sample.TakeAsync(buffers.TwoEmptyCalls, Times, buffers.Count);
                var own = await Sample.TakeAsync(workload, Times, buffers.Count);

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
        var cpu = Medians.Of(rounds.Select(round => round.Empty.CpuMicroseconds / round.Own.CpuMicroseconds));
        var own = MedianOf(rounds.Select(round => round.Own));
        var empty = MedianOf(rounds.Select(round => round.Empty));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {storage} | {workload} | {Medians.Of(ratios):f2} | {ratios[0]:f2} to {ratios[^1]:f2} | {cpu:f2} | {own.PerSecond:n0} | {own.CpuMicroseconds:f1} | {own.Bytes:n0} |"));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {storage} | two empty calls beside it | | | | {empty.PerSecond:n0} | {empty.CpuMicroseconds:f1} | {empty.Bytes:n0} |"));
    }

    private static Sample MedianOf(IEnumerable<Sample> samples)
    {
        var all = samples.ToList();
        return new(
            Medians.Of(all.Select(sample => sample.PerSecond)),
            Medians.Of(all.Select(sample => sample.CpuMicroseconds)),
            Medians.Of(all.Select(sample => sample.Bytes)));
    }
}
