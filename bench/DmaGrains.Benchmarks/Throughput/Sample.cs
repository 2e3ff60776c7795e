using System.Diagnostics;

namespace DmaGrains.Benchmarks.Throughput;

/// <summary>One workload's share of a round.</summary>
/// <param name="PerSecond">How often it was done in a second, by all callers together.</param>
/// <param name="CpuMicroseconds">Processor time of the process each time, collections included; other processes do not add to it.</param>
/// <param name="Bytes">Bytes allocated each time, by caller and silo together.</param>
internal readonly record struct Sample(double PerSecond, double CpuMicroseconds, double Bytes)
{
    private const int Callers = 256;

    private static long _number;

    /// <summary>Lets all callers do a workload until it has been done that often.</summary>
    public static async Task<Sample> TakeAsync(Workload workload, int times)
    {
        var left = times;
        var bytes = GC.GetTotalAllocatedBytes(precise: true);
        var cpu = Environment.CpuUsage.TotalTime;
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                await workload.RunAsync(Interlocked.Increment(ref _number));
            }
        })));
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new(
            times / seconds,
            (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / times,
            (GC.GetTotalAllocatedBytes(precise: true) - bytes) / (double)times);
    }
}
