using System.Diagnostics;

namespace DmaGrains.Benchmarks.Throughput;

/// <summary>One workload's share of a round.</summary>
/// <param name="PerSecond">How often it was done in a second, by all callers together.</param>
/// <param name="CpuMicroseconds">Processor time of the process each time, collections included; other processes do not add to it.</param>
/// <param name="Bytes">Bytes allocated each time, by caller and silo together.</param>
internal readonly record struct Sample(double PerSecond, double CpuMicroseconds, double Bytes)
{
    private const int Callers = 256;

    private static long _cycles;

    /// <summary>Lets all callers do a workload until it has been done that often. Each has targets of its own and takes them in turn.</summary>
    public static async Task<Sample> TakeAsync(Workload workload, int times, int targets)
    {
        var left = times;
        var first = _cycles;
        var bytes = GC.GetTotalAllocatedBytes(precise: true);
        var cpu = Environment.CpuUsage.TotalTime;
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            var (cycle, target) = (first, caller);
            while (Interlocked.Decrement(ref left) >= 0)
            {
                await workload.RunAsync((cycle * targets) + target);
                (cycle, target) = target + Callers < targets ? (cycle, target + Callers) : (cycle + 1, caller);
            }
        })));
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;

        // No number comes again, and no caller went round more often.
        _cycles += times;
        return new(
            times / seconds,
            (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / times,
            (GC.GetTotalAllocatedBytes(precise: true) - bytes) / (double)times);
    }
}
