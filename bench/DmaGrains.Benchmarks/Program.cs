using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using DmaGrains.Benchmarks.Experiments;
using DmaGrains.Benchmarks.Exploring;
using DmaGrains.Benchmarks.Growth;
using DmaGrains.Benchmarks.Storage;
using DmaGrains.Benchmarks.Throughput;
using Perfolizer.Horology;

if (args is [ThroughputRun.Name, ..])
{
    return await ThroughputRun.MainAsync(args[1..]);
}

if (args is [StorageRun.Name, ..])
{
    return await StorageRun.MainAsync(args[1..]);
}

if (args is [GrowthRun.Name, ..])
{
    return await GrowthRun.MainAsync(args[1..]);
}

if (args is [ExperimentsRun.Name, ..])
{
    return ExperimentsRun.Run(args[1..]);
}

if (args is [ExploreRun.Name, ..])
{
    return ExploreRun.Run(args[1..]);
}

if (args is [LivesRun.Name, ..])
{
    return await LivesRun.MainAsync(args[1..]);
}

if (args is [SweepRun.Name, ..])
{
    return await SweepRun.MainAsync(args[1..]);
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
