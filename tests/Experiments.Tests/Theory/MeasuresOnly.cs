using DmaGrains.Experiments.Files;
using DmaGrains.Experiments.Playing;
using DmaGrains.Experiments.Results;
using HdrHistogram;

namespace DmaGrains.Experiments.Tests.Theory;

/// <summary>Keeps what each repetition came to, and lets the rest go by.</summary>
internal sealed class MeasuresOnly : IResultSink
{
    private readonly List<Repetition> _repetitions = [];

    /// <summary>The repetitions of an experiment.</summary>
    public static IReadOnlyList<Repetition> Of(Experiment experiment, int cores)
    {
        var results = new MeasuresOnly();
        new ExperimentRun(experiment, results, new() { Cores = cores }).Play(CancellationToken.None);
        return results._repetitions;
    }

    public void Add(Repetition repetition) => _repetitions.Add(repetition);

    public void Add(RefusalCount refusals)
    {
    }

    public void Add(HazardCount hazards)
    {
    }

    public void Add(in MemorySample sample)
    {
    }

    public void AddTimesToFirstMap(int @case, int repetition, LongHistogram histogram)
    {
    }
}
