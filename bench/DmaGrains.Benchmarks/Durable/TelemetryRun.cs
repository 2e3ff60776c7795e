using System.Globalization;
using DmaGrains.Benchmarks.Hosting;
using DmaGrains.Interfaces;
using DmaGrains.Silo;
using DmaGrains.Storage;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace DmaGrains.Benchmarks.Durable;

/// <summary>
/// What does it cost a durable command that it is measured? Rounds in which nobody listens and rounds in which OpenTelemetry collects the
/// meter take turns in one silo; medians of the ratios of each pair.
/// </summary>
internal static class TelemetryRun
{
    /// <summary>Its name on the command line.</summary>
    public const string Name = "telemetry";

    private const int Callers = 64;
    private const int PairsOfCaller = 250;

    /// <param name="args">A folder for the file, and the number of rounds.</param>
    public static async Task<int> MainAsync(string[] args)
    {
        if (args is not [var folder, .. var rest] || rest.Length > 1 || !int.TryParse(rest.FirstOrDefault() ?? "15", CultureInfo.InvariantCulture, out var rounds) || rounds < 1)
        {
            await Console.Error.WriteLineAsync($"usage: DmaGrains.Benchmarks {Name} FOLDER [ROUNDS]");
            return ExitCode.Usage;
        }

        var file = Path.Combine(folder, $"telemetry-{Guid.NewGuid():N}.db");
        await using (var storage = StorageProvider.OpenSqlite(file))
        {
            await using var silo = await BenchmarkSilo.StartAsync(storage);
            var work = (await DurableTargets.ExportAsync(silo.Grains)).Works[DurableMeasures.Command];
            var (quiet, heard) = (new List<Cost>(), new List<Cost>());
            for (var round = -3; round < rounds; round++)
            {
                // Neither always comes first; the first rounds warm up.
                var pair = round % 2 == 0 ? (await QuietAsync(work), await HeardAsync(work)) : Swapped(await HeardAsync(work), await QuietAsync(work));
                if (round >= 0)
                {
                    quiet.Add(pair.Item1);
                    heard.Add(pair.Item2);
                }
            }

            Print(quiet, heard);
        }

        File.Delete(file);
        return ExitCode.Good;
    }

    private static (Cost Quiet, Cost Heard) Swapped(Cost heard, Cost quiet) => (quiet, heard);

    private static Task<Cost> QuietAsync(LoadWork work) => MeasureAsync(work);

    private static async Task<Cost> HeardAsync(LoadWork work)
    {
        using var exporter = new Nowhere();
        using var reader = new BaseExportingMetricReader(exporter);
        using var provider = Sdk.CreateMeterProviderBuilder().AddMeter(DmaGrainsTelemetry.Name).AddReader(reader).Build();
        var cost = await MeasureAsync(work);
        reader.Collect();
        return exporter.Metrics > 0 ? cost : throw new InvalidOperationException("Nothing was measured.");
    }

    private static async Task<Cost> MeasureAsync(LoadWork work)
    {
        GC.Collect();
        var (bytes, time) = (GC.GetTotalAllocatedBytes(precise: true), Environment.CpuUsage.TotalTime);
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            for (var number = 0; number < PairsOfCaller; number++)
            {
                var target = (caller * (DurableTargets.Count / Callers)) + (number % (DurableTargets.Count / Callers));
                for (var operation = 0; operation < work.Operations; operation++)
                {
                    await work.DoAsync(target, operation);
                }
            }
        })));
        const double commands = Callers * PairsOfCaller * 2;
        return new(
            (GC.GetTotalAllocatedBytes(precise: true) - bytes) / commands, (Environment.CpuUsage.TotalTime - time).TotalMicroseconds / commands);
    }

    private static void Print(List<Cost> quiet, List<Cost> heard)
    {
        Console.WriteLine("| a durable command | nobody listens | collected | ratio |");
        Console.WriteLine("| --- | --- | --- | --- |");
        Line("allocated bytes", cost => cost.Bytes);
        Line("processor time, us", cost => cost.Microseconds);

        void Line(string what, Func<Cost, double> value) => Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {what} | {Medians.Of(quiet.Select(value)):n1} | {Medians.Of(heard.Select(value)):n1} | {Medians.Of(quiet.Zip(heard, (one, other) => value(other) / value(one))):f3} |"));
    }

    private readonly record struct Cost(double Bytes, double Microseconds);

    private sealed class Nowhere : BaseExporter<Metric>
    {
        public int Metrics { get; private set; }

        public override ExportResult Export(in Batch<Metric> batch)
        {
            Metrics = (int)batch.Count;
            return ExportResult.Success;
        }
    }
}
