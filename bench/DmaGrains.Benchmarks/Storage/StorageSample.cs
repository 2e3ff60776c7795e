using System.Diagnostics;

namespace DmaGrains.Benchmarks.Storage;

/// <summary>What some callers got from a storage, each writing a state of its own again and again.</summary>
/// <param name="PerSecond">Acknowledged writes in a second, by all callers together.</param>
/// <param name="MedianMilliseconds">Half of the writes took no longer.</param>
/// <param name="P99Milliseconds">All but one in a hundred took no longer.</param>
/// <param name="MaxMilliseconds">None took longer.</param>
internal readonly record struct StorageSample(
    double PerSecond, double MedianMilliseconds, double P99Milliseconds, double MaxMilliseconds)
{
    /// <summary>Lets callers write for a time.</summary>
    /// <param name="writers">What each caller does once.</param>
    /// <param name="time">How long.</param>
    public static async Task<StorageSample> TakeAsync(IReadOnlyCollection<Func<Task>> writers, TimeSpan time)
    {
        var start = Stopwatch.GetTimestamp();
        var all = await Task.WhenAll(writers.Select(write => Task.Run(async () =>
        {
            var taken = new List<double>();
            while (Stopwatch.GetElapsedTime(start) < time)
            {
                var begin = Stopwatch.GetTimestamp();
                await write();
                taken.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
            }

            return taken;
        })));
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var ordered = all.SelectMany(taken => taken).Order().ToArray();
        return new(ordered.Length / seconds, ordered[ordered.Length / 2], ordered[ordered.Length * 99 / 100], ordered[^1]);
    }
}
