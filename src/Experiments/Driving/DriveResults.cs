using System.Collections.Immutable;
using DmaGrains.Experiments.Playing;
using DmaGrains.Experiments.Results;
using HdrHistogram;

namespace DmaGrains.Experiments.Driving;

/// <summary>The results of a repetition on grains, from what was counted on its boards.</summary>
/// <param name="case">The case's index.</param>
/// <param name="index">The repetition's index, from 0.</param>
/// <param name="boards">The counts of each board.</param>
/// <param name="trouble">Troubles of the cluster meanwhile.</param>
internal sealed class DriveResults(int @case, int index, ImmutableArray<DriveTallyState> boards, ClusterTrouble trouble)
{
    private const double NanosecondsPerSecond = 1e9;

    /// <summary>Adds everything to a sink.</summary>
    public void AddTo(IResultSink sink)
    {
        foreach (var refusal in Refusals())
        {
            sink.Add(refusal);
        }

        sink.AddTimesToFirstMap(@case, index, TimeCounts.HistogramOf(boards.Select(board => board.TimesToFirstMap)));
        sink.AddLatencies(@case, index, TimeCounts.HistogramOf(boards.Select(board => board.Latencies)));
        sink.Add(new Repetition(@case, index, boards.Max(board => board.At), Total(DriveCounter.Commands), Measures()));
    }

    /// <summary>How often each step was refused for each reason, in order.</summary>
    public IEnumerable<RefusalCount> Refusals() => boards
        .SelectMany(board => board.Refusals.Select((kind, at) => (Kind: kind, Count: board.RefusalCounts[at])))
        .Where(refusal => refusal.Count != 0)
        .GroupBy(refusal => refusal.Kind)
        .OrderBy(kind => kind.Key.Step, StringComparer.Ordinal)
        .ThenBy(kind => kind.Key.Errno)
        .ThenBy(kind => kind.Key.Field, StringComparer.Ordinal)
        .ThenBy(kind => kind.Key.Importer, StringComparer.Ordinal)
        .Select(kind => new RefusalCount(
            @case, index, kind.Key.Step, kind.Key.Errno.ToString(), kind.Key.Field, kind.Key.Importer, Sum(kind, refusal => refusal.Count), 0));

    /// <summary>The value of each measure, by name.</summary>
    public ImmutableSortedDictionary<string, double> Measures()
    {
        var measures = ImmutableSortedDictionary.CreateBuilder<string, double>(StringComparer.Ordinal);
        measures["buffers"] = Total(DriveCounter.Buffers);
        measures["buffers-refused"] = Percent(Total(DriveCounter.BuffersRefused), Total(DriveCounter.Buffers));
        measures["attaches-refused"] = Percent(Total(DriveCounter.AttachesRefused), Total(DriveCounter.Attaches));
        measures["maps-refused"] = Percent(Total(DriveCounter.MapsRefused), Total(DriveCounter.Maps));
        measures["time-to-first-map"] = Ratio(Total(DriveCounter.FirstMapNanoseconds), Total(DriveCounter.FirstMaps));
        measures["live-buffers-mean"] = boards.Average(board => Ratio((double)board.LiveArea, board.At - board.Start));
        measures["commands"] = Total(DriveCounter.Commands);
        measures["commands-a-second"] = boards.Sum(board => Ratio(board[DriveCounter.Commands] * NanosecondsPerSecond, board.At - board.Start));
        AddTimes(measures, "latency", boards.Select(board => board.Latencies));
        AddTimes(measures, "behind", boards.Select(board => board.Behind));
        measures["behind-share"] = Percent(boards.Sum(board => (double)board.BehindSum), boards.Sum(board => (double)board.LatencySum));
        measures["arrivals-missed"] = Total(DriveCounter.ArrivalsMissed);
        measures["uses-missed"] = Total(DriveCounter.UsesMissed);
        measures["sent-again"] = trouble.SentAgain;
        measures["silos-lost"] = trouble.SilosLost;
        measures["not-driven"] = trouble.NotDrivenNanoseconds;
        return measures.ToImmutable();
    }

    private static void AddTimes(ImmutableSortedDictionary<string, double>.Builder measures, string name, IEnumerable<ImmutableArray<ulong>> counts)
    {
        var times = TimeCounts.HistogramOf(counts);
        foreach (var percentile in (double[])[50, 90, 99, 99.9])
        {
            measures[FormattableString.Invariant($"{name}-p{percentile}")] = times.TotalCount == 0 ? 0 : times.GetValueAtPercentile(percentile);
        }

        measures[$"{name}-max"] = times.TotalCount == 0 ? 0 : times.GetMaxValue();
    }

    private ulong Total(DriveCounter counter) => Sum(boards, board => board[counter]);

    private static ulong Sum<T>(IEnumerable<T> of, Func<T, ulong> count) => of.Aggregate(0UL, (sum, one) => sum + count(one));

    private static double Percent(double part, double whole) => 100 * Ratio(part, whole);

    /// <summary>A ratio, or 0 when the whole is 0.</summary>
    private static double Ratio(double part, double whole) => whole == 0 ? 0 : part / whole;
}

/// <summary>Troubles of the cluster during a repetition.</summary>
/// <param name="SentAgain">How often a command was sent again because there was no reply.</param>
/// <param name="SilosLost">Silos that the cluster has declared dead.</param>
/// <param name="NotDrivenNanoseconds">How long the experiment was not driven, in nanoseconds.</param>
[GenerateSerializer, Immutable, Alias("dma.experiment-trouble")]
internal readonly record struct ClusterTrouble(ulong SentAgain, uint SilosLost, ulong NotDrivenNanoseconds = 0);
