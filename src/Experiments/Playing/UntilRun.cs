using DmaGrains.Experiments.Files;
using DmaGrains.Experiments.Results;
using DmaGrains.Experiments.Statistics;
using HdrHistogram;

namespace DmaGrains.Experiments.Playing;

/// <summary>
/// Plays repetitions until one measure decides each pair of cases: they differ, or differ by less than the tolerance. The file's number of
/// repetitions is ignored.
/// </summary>
/// <param name="experiment">The experiment.</param>
/// <param name="sink">Takes the results.</param>
/// <param name="options">How it is run. The options do not affect when it ends.</param>
/// <param name="measure">The deciding measure, which each repetition must have.</param>
/// <param name="stopping">When to stop.</param>
public sealed class UntilRun(Experiment experiment, IResultSink sink, RunOptions options, Measure measure, Stopping stopping)
{
    /// <summary>Fewer repetitions decide nothing, so the first look comes after this many.</summary>
    private const int FirstLook = 4;

    /// <summary>
    /// The next look comes after one repetition more for each this many so far, so that boards are played in parallel and little is played
    /// in vain.
    /// </summary>
    private const int RepetitionsPerLook = 8;

    /// <summary>The warm-up; null before anything is played.</summary>
    public BoardWarmUp? WarmUp { get; private set; }

    /// <summary>Plays.</summary>
    /// <param name="cancellationToken">Ends the run soon; checkpoints are written first.</param>
    /// <param name="onLook">Called with each look, or null.</param>
    /// <returns>The last look.</returns>
    /// <exception cref="CheckpointException">A checkpoint is of another experiment, another version or damaged, or cannot be written.</exception>
    public Look Play(CancellationToken cancellationToken, Action<Look>? onLook = null)
    {
        var values = new CaseValues(sink, measure, experiment);
        var run = new ExperimentRun(experiment, values, options);
        var pairs = CasePairs.Of([.. experiment.Cases.Select(each => each.Case)]);
        for (var played = 0; ;)
        {
            var more = Math.Min(played == 0 ? FirstLook : 1 + (played / RepetitionsPerLook), stopping.RepetitionsMax - played);
            run.Play(played, more, cancellationToken);
            (played, WarmUp) = (played + more, run.WarmUp);
            var look = stopping.At(values.OfCases, pairs);
            onLook?.Invoke(look);
            if (look.IsEnough)
            {
                return look;
            }
        }
    }

    /// <summary>Keeps one measure of each repetition, and passes everything on.</summary>
    private sealed class CaseValues(IResultSink sink, Measure measure, Experiment experiment) : IResultSink
    {
        private readonly SortedDictionary<int, double>[] _values = [.. experiment.Cases.Select(_ => new SortedDictionary<int, double>())];

        public IReadOnlyList<double[]> OfCases => [.. _values.Select(values => values.Values.ToArray())];

        public void Add(Repetition repetition)
        {
            _values[repetition.Case][repetition.Index] = repetition.Measures[measure.Name];
            sink.Add(repetition);
        }

        public void Add(RefusalCount refusals) => sink.Add(refusals);

        public void Add(HazardCount hazards) => sink.Add(hazards);

        public void Add(in MemorySample sample) => sink.Add(sample);

        public void AddTimesToFirstMap(int @case, int repetition, LongHistogram histogram) => sink.AddTimesToFirstMap(@case, repetition, histogram);
    }
}
