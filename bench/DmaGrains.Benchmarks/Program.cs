using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using DmaGrains.Benchmarks.Durable;
using DmaGrains.Benchmarks.Experiments;
using DmaGrains.Benchmarks.Exploring;
using DmaGrains.Benchmarks.Growth;
using DmaGrains.Benchmarks.Storage;
using DmaGrains.Benchmarks.Throughput;
using DmaGrains.Silo;
using DmaGrains.Storage;
using Perfolizer.Horology;

Func<string[], Task<int>>? runAsync = args.FirstOrDefault() switch
{
    ThroughputRun.Name => ThroughputRun.MainAsync,
    StorageRun.Name => StorageRun.MainAsync,
    DurableRun.Name => DurableRun.MainAsync,
    TelemetryRun.Name => TelemetryRun.MainAsync,
    DurableWorker.Name => DurableWorker.MainAsync,
    LivesRun.Name => LivesRun.MainAsync,
    SweepRun.Name => SweepRun.MainAsync,
    GrowthRun.Name => GrowthRun.MainAsync,
    ExperimentsRun.Name => given => Task.FromResult(ExperimentsRun.Run(given)),
    ExploreRun.Name => given => Task.FromResult(ExploreRun.Run(given)),
    _ => null,
};
if (runAsync is not null)
{
    try
    {
        return await runAsync(args[1..]);
    }
    catch (StorageException problem)
    {
        await Console.Error.WriteLineAsync($"{args[0]}: {problem.Message}");
        return ExitCode.Fault;
    }
}

// Many short rounds and their median: a neighbour on the machine spoils some rounds, not the figure.
var job = Job.Default
    .WithWarmupCount(4)
    .WithIterationCount(15)
    .WithIterationTime(TimeInterval.FromMilliseconds(150));
BenchmarkSwitcher
    .FromAssembly(typeof(ThroughputRun).Assembly)
    .Run(args, DefaultConfig.Instance.AddJob(job.AsDefault()).HideColumns("Error", "StdDev", "RatioSD"));
return 0;
