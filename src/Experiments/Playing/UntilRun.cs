using DmaGrains.Experiments.Files;
using DmaGrains.Experiments.Results;
using DmaGrains.Experiments.Statistics;
using HdrHistogram;

namespace DmaGrains.Experiments.Playing;

/// <summary>
/// Plays repetitions until each pair of cases is decided by one measure: they differ, or by less than matters. The file's own number of
/// repetitions is not looked at.
/// </summary>
/// <param name="experiment">The experiment.</param>
/// <param name="sink">Gets the results.</param>
/// <param name="options">How it is run. Nothing of it changes when it ends.</param>
/// <param name="measure">The measure that decides; each repetition has it.</param>
/// <param name="stopping">When it is enough.</param>
public sealed class UntilRun(Experiment experiment, IResultSink sink, RunOptions options, Measure measure, Stopping stopping)
{
    /// <summary>With fewer repetitions nothing can be decided, so nobody looks.</summary>
    private const int FirstLook = 4;

    /// <summary>A look every so many repetitions for each that there are: boards can be played side by side, and little is played for nothing.</summary>
    private const int RepetitionsPerLook = 8;

    /// <summary>What does not count at the start of each repetition; null before anything is played.</summary>
    public BoardWarmUp? WarmUp { get; private set; }

    /// <summary>Plays.</summary>
    /// <param name="cancellationToken">Ends it soon; checkpoints are written first.</param>
    /// <param name="onLook">Is told what each look says; null for nobody.</param>
    /// <returns>What the last look says.</returns>
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

    /// <summary>Keeps one measure of each repetition, and hands everything on.</summary>
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
