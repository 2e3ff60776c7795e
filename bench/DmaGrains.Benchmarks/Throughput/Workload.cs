namespace DmaGrains.Benchmarks.Throughput;

/// <summary>Something that many callers do at once.</summary>
/// <param name="Name">What it is.</param>
/// <param name="RunAsync">Does it once; the number is new at every call.</param>
internal sealed record Workload(string Name, Func<long, Task> RunAsync);
