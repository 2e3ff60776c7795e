using System.Diagnostics;
using System.Globalization;

namespace DmaGrains.Benchmarks.Growth;

/// <summary>The same work at growing sizes, in rounds that take every size in turn: a neighbour on the machine falls on all of them.</summary>
/// <param name="Title">What is measured.</param>
/// <param name="Sizes">What grows; the first is what the others are held against.</param>
/// <param name="Wanted">The most that each size may cost, as a multiple of the first; null where nothing is asked.</param>
internal sealed record Series(string Title, int[] Sizes, double?[] Wanted)
{
    /// <summary>Prints a table of medians.</summary>
    /// <param name="rounds">How often every size is taken.</param>
    /// <param name="times">How often the work is done in a round.</param>
    /// <param name="callers">How many do it at once.</param>
    /// <param name="workAsync">The work at a size; the number is new at every call.</param>
    public async Task MeasureAsync(int rounds, int times, int callers, Func<int, long, Task> workAsync)
    {
        var samples = Sizes.ToDictionary(size => size, _ => new List<Cost>());
        long number = 0;
        for (var round = -2; round < rounds; round++)
        {
            foreach (var size in Sizes)
            {
                var cost = await TakeAsync(times, callers, () => workAsync(size, Interlocked.Increment(ref number)));

                // The first rounds warm up.
                if (round >= 0)
                {
                    samples[size].Add(cost);
                }
            }
        }

        Print(callers, samples);
    }

    private static async Task<Cost> TakeAsync(int times, int callers, Func<Task> workAsync)
    {
        var left = times;
        var bytes = GC.GetTotalAllocatedBytes(precise: true);
        var cpu = Environment.CpuUsage.TotalTime;
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                await workAsync();
            }
        })));
        return new(
            Stopwatch.GetElapsedTime(start).TotalMicroseconds / times,
            (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / times,
            (GC.GetTotalAllocatedBytes(precise: true) - bytes) / (double)times);
    }

    private void Print(int callers, Dictionary<int, List<Cost>> samples)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\n{Title}, {callers} at once"));
        Console.WriteLine("| size | time, us | of the first | cpu, us | of the first | bytes | wanted |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- |");
        var first = samples[Sizes[0]];
        foreach (var (size, wanted) in Sizes.Zip(Wanted))
        {
            var own = samples[size];
            var time = Medians.Of(own.Zip(first, (a, b) => a.Microseconds / b.Microseconds));
            var cpu = Medians.Of(own.Zip(first, (a, b) => a.CpuMicroseconds / b.CpuMicroseconds));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {size:n0} | {Medians.Of(own.Select(cost => cost.Microseconds)):f1} | {time:f2} | {Medians.Of(own.Select(cost => cost.CpuMicroseconds)):f1} | {cpu:f2} | {Medians.Of(own.Select(cost => cost.Bytes)):n0} | {wanted} |"));
        }
    }

    private readonly record struct Cost(double Microseconds, double CpuMicroseconds, double Bytes);
}
