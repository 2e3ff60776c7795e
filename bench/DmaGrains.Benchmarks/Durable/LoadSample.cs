using System.Diagnostics;
using HdrHistogram;

namespace DmaGrains.Benchmarks.Durable;

/// <summary>What operations cost under a load.</summary>
/// <param name="PerSecond">Operations that were completed in a second.</param>
/// <param name="CpuMicroseconds">Processor time of the process for each, callers and storage threads included.</param>
/// <param name="Bytes">Bytes allocated for each.</param>
/// <param name="MedianMilliseconds">Half of them took no longer.</param>
/// <param name="P99Milliseconds">All but one in a hundred took no longer.</param>
public sealed record LoadSample(double PerSecond, double CpuMicroseconds, double Bytes, double MedianMilliseconds, double P99Milliseconds)
{
    private static readonly TimeSpan _tick = TimeSpan.FromMilliseconds(1);

    /// <summary>Full load: callers that ask again as soon as they have their reply. Each has targets of its own and takes them in turn.</summary>
    /// <param name="work">What is done to a target.</param>
    /// <param name="targets">How many targets there are.</param>
    /// <param name="callers">How many callers share them.</param>
    /// <param name="time">How long.</param>
    internal static Task<LoadSample> TakeAsync(LoadWork work, int targets, int callers, TimeSpan time) => MeasureAsync(record =>
    {
        var start = Stopwatch.GetTimestamp();
        return Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            for (var target = caller; Stopwatch.GetElapsedTime(start) < time; target = target + callers < targets ? target + callers : caller)
            {
                await DoAsync(work, target, Stopwatch.GetTimestamp(), record);
            }
        })));
    });

    /// <summary>
    /// Open arrivals: operations begin at a steady rate, however slow the replies are, and wait from the moment at which they were due. A
    /// thousand times a second those that are due begin together. Where every target waits for a reply, they begin late, and that counts.
    /// </summary>
    /// <param name="work">What is done to a target; no target is asked twice at once.</param>
    /// <param name="targets">How many targets there are.</param>
    /// <param name="perSecond">Operations that begin in a second.</param>
    /// <param name="time">How long.</param>
    internal static Task<LoadSample> ArriveAsync(LoadWork work, int targets, double perSecond, TimeSpan time) => MeasureAsync(async record =>
    {
        var free = new System.Collections.Concurrent.ConcurrentQueue<int>(Enumerable.Range(0, targets));
        var begun = new List<Task>();
        var perTick = perSecond * _tick.TotalSeconds / work.Operations;
        var start = Stopwatch.GetTimestamp();
        await Task.Factory.StartNew(Arrive, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await Task.WhenAll(begun);

        void Arrive()
        {
            for (var tick = 0; tick * _tick < time; tick++)
            {
                while (Stopwatch.GetElapsedTime(start) < tick * _tick)
                {
                    Thread.Sleep(_tick / 4);
                }

                var due = start + (long)(tick * _tick.TotalSeconds * Stopwatch.Frequency);
                for (var count = (long)((tick + 1) * perTick) - (long)(tick * perTick); count > 0; count--)
                {
                    int target;
                    while (!free.TryDequeue(out target))
                    {
                        Thread.Sleep(_tick);
                    }

                    begun.Add(OneAsync(target, due));
                }
            }
        }

        async Task OneAsync(int target, long due)
        {
            await DoAsync(work, target, due, record);
            free.Enqueue(target);
        }
    });

    /// <summary>Does the operations of one target, one after the other.</summary>
    private static async Task DoAsync(LoadWork work, int target, long begin, LongConcurrentHistogram record)
    {
        for (var operation = 0; operation < work.Operations; operation++)
        {
            await work.DoAsync(target, operation);
            var end = Stopwatch.GetTimestamp();
            record.RecordValue(Math.Min(end - begin, record.HighestTrackableValue));
            begin = end;
        }
    }

    private static async Task<LoadSample> MeasureAsync(Func<LongConcurrentHistogram, Task> loadAsync)
    {
        var record = new LongConcurrentHistogram(1, Stopwatch.Frequency * 60, numberOfSignificantValueDigits: 3);
        var bytes = GC.GetTotalAllocatedBytes(precise: true);
        var cpu = Environment.CpuUsage.TotalTime;
        var start = Stopwatch.GetTimestamp();
        await loadAsync(record);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        cpu = Environment.CpuUsage.TotalTime - cpu;
        bytes = GC.GetTotalAllocatedBytes(precise: true) - bytes;
        var count = (double)record.TotalCount;
        return new(count / seconds, cpu.TotalMicroseconds / count, bytes / count, Milliseconds(50), Milliseconds(99));

        double Milliseconds(double percentile) => 1000.0 * record.GetValueAtPercentile(percentile) / Stopwatch.Frequency;
    }
}
