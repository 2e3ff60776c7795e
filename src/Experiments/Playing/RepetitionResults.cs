using System.Collections.Immutable;
using DmaGrains.Experiments.Files;
using DmaGrains.Experiments.Results;
using DmaGrains.Reports;
using HdrHistogram;

namespace DmaGrains.Experiments.Playing;

/// <summary>The results of a repetition, from what was counted on its boards.</summary>
/// <param name="case">The case.</param>
/// <param name="index">The repetition's index, from 0.</param>
/// <param name="boards">The results of each board.</param>
internal sealed class RepetitionResults(ExperimentCase @case, int index, ImmutableArray<BoardOutcome> boards)
{
    private const long HistogramMax = long.MaxValue / 2;
    private const int HistogramDigits = 2;

    /// <summary>Adds everything to a sink.</summary>
    public void AddTo(IResultSink sink)
    {
        var counted = boards.Select(board => Counted(board.Counted)).ToList();
        AddRefusals(sink, counted);
        AddHazards(sink, counted);
        AddSamples(sink);
        var times = new LongHistogram(1, HistogramMax, HistogramDigits);
        foreach (var board in boards)
        {
            TimeCounts.AddTo(times, board.Counted.TimesToFirstMap);
        }

        sink.AddTimesToFirstMap(@case.Case.Index, index, times);
        sink.Add(new Repetition(
            @case.Case.Index,
            index,
            boards.Max(board => board.Nanoseconds),
            Sum(boards, board => board.Commands),
            Measures(counted)));
    }

    /// <summary>The counted part of a board's run, and its length.</summary>
    private static (TallySpan Span, ulong Nanoseconds) Counted(TallyState state) =>
        (state.Spans.AsEnumerable().Aggregate((sum, span) => sum.Then(span)), state.At - state.Start);

    private ImmutableSortedDictionary<string, double> Measures(List<(TallySpan Span, ulong Nanoseconds)> counted)
    {
        var measures = ImmutableSortedDictionary.CreateBuilder<string, double>(StringComparer.Ordinal);
        var buffers = Total(Counter.Buffers);
        measures["buffers"] = buffers;
        measures[ExperimentMeasures.BuffersRefused] = Percent(Total(Counter.BuffersRefused), buffers);
        measures["refused-by-fragmentation"] = Percent(Total(Counter.RefusedByFragmentation), buffers);
        measures["attaches-refused"] = Percent(Total(Counter.AttachesRefused), Total(Counter.Attaches));
        measures["maps-refused"] = Percent(Total(Counter.MapsRefused), Total(Counter.Maps));
        measures["hazards"] = counted.Sum(board => board.Span.Hazards.Sum(count => (double)count));
        measures["time-to-first-map"] = Ratio(Total(Counter.FirstMapNanoseconds), Total(Counter.FirstMaps));
        measures["migrations"] = Total(Counter.Migrations);
        measures["bytes-copied"] = Total(Counter.BytesCopied);
        measures["bounces"] = Total(Counter.Bounces);
        measures["cache-cleans"] = Total(Counter.CacheCleans);
        measures["cache-invalidates"] = Total(Counter.CacheInvalidates);
        measures["contiguous-used-mean"] = counted.Average(board => Ratio((double)board.Span.Contiguous.UsedArea, board.Nanoseconds));
        measures["contiguous-used-max"] = counted.Max(board => board.Span.Contiguous.UsedMax);
        measures["live-buffers-mean"] = counted.Average(board => Ratio((double)board.Span.LiveArea, board.Nanoseconds));
        measures["commands"] = Total(Counter.Commands);
        for (var stream = 0; stream < @case.Workload.Length; stream++)
        {
            measures[$"{ExperimentMeasures.BuffersRefused}:{@case.Workload[stream].Name}"] =
                Percent(OfStream(stream, StreamCounter.Refused), OfStream(stream, StreamCounter.Buffers));
        }

        foreach (var region in RegionsIn(counted).GroupBy(region => region.Name))
        {
            measures[$"{ExperimentMeasures.UsedMean}:{region.Key}"] = region.Average(of => Ratio((double)of.Span.UsedArea, of.Nanoseconds));
            measures[$"{ExperimentMeasures.UsedMax}:{region.Key}"] = region.Max(of => of.Span.UsedMax);
            measures[$"{ExperimentMeasures.LargestFreeAtHighWater}:{region.Key}"] = region.Min(of => of.Span.LargestFreeAtMax);
            measures[$"{ExperimentMeasures.FreeRunsMax}:{region.Key}"] = region.Max(of => of.Span.RunsMax);
        }

        return measures.ToImmutable();

        double Total(Counter counter) => counted.Sum(board => (double)board.Span[counter]);

        double OfStream(int stream, StreamCounter counter) => counted.Sum(board => (double)board.Span[stream, counter]);
    }

    private IEnumerable<(string Name, MemorySpan Span, ulong Nanoseconds)> RegionsIn(List<(TallySpan Span, ulong Nanoseconds)> counted) =>
        counted.SelectMany((board, at) => board.Span.Regions.Select((span, region) => (@case.Boards[at].Memory[region].Name, span, board.Nanoseconds)));

    private void AddRefusals(IResultSink sink, List<(TallySpan Span, ulong Nanoseconds)> counted)
    {
        var kinds = boards.SelectMany((board, at) => counted[at].Span.Refusals.Select((count, kind) => (Kind: board.Counted.Refusals[kind], Count: count)))
            .Where(refusal => refusal.Count != 0)
            .GroupBy(refusal => refusal.Kind with { IsByFragmentation = false })
            .OrderBy(kind => kind.Key.Step, StringComparer.Ordinal)
            .ThenBy(kind => kind.Key.Errno)
            .ThenBy(kind => kind.Key.Field, StringComparer.Ordinal)
            .ThenBy(kind => kind.Key.Importer, StringComparer.Ordinal);
        foreach (var kind in kinds)
        {
            var (step, errno, field, importer, _) = kind.Key;
            sink.Add(new RefusalCount(
                @case.Case.Index, index, step, errno.ToString(), field, importer, Sum(kind, refusal => refusal.Count),
                Sum(kind.Where(refusal => refusal.Kind.IsByFragmentation), refusal => refusal.Count)));
        }
    }

    private void AddHazards(IResultSink sink, List<(TallySpan Span, ulong Nanoseconds)> counted)
    {
        var kinds = boards.SelectMany((board, at) => counted[at].Span.Hazards.Select((count, kind) => (Kind: board.Counted.Hazards[kind], Count: count)))
            .Where(hazard => hazard.Count != 0)
            .GroupBy(hazard => hazard.Kind)
            .OrderBy(kind => kind.Key.Kind)
            .ThenBy(kind => kind.Key.Importer, StringComparer.Ordinal)
            .ThenBy(kind => kind.Key.Field, StringComparer.Ordinal);
        foreach (var kind in kinds)
        {
            sink.Add(new HazardCount(
                @case.Case.Index, index, Vocabulary.Spelt(kind.Key.Kind.ToString()), kind.Key.Importer, kind.Key.Field, Sum(kind, hazard => hazard.Count)));
        }
    }

    private void AddSamples(IResultSink sink)
    {
        for (var board = 0; board < boards.Length; board++)
        {
            var state = boards[board].Counted;
            for (var span = 0; span < state.Spans.Length; span++)
            {
                var at = span + 1 == state.Spans.Length ? state.At : state.Start + ((ulong)(span + 1) * state.Width);
                for (var region = 0; region < state.Spans[span].Regions.Length; region++)
                {
                    var seen = state.Spans[span].Regions[region];
                    sink.Add(new MemorySample(
                        @case.Case.Index, index, board, @case.Boards[board].Memory[region].Name, at, seen.FreeAtEnd, seen.LargestFreeAtEnd,
                        seen.RunsAtEnd, state.Spans[span].LiveAtEnd));
                }
            }
        }
    }

    private static ulong Sum<T>(IEnumerable<T> of, Func<T, ulong> count) => of.Aggregate(0UL, (sum, one) => sum + count(one));

    private static double Percent(double part, double whole) => 100 * Ratio(part, whole);

    /// <summary>A ratio, or 0 when the whole is 0.</summary>
    private static double Ratio(double part, double whole) => whole == 0 ? 0 : part / whole;
}
