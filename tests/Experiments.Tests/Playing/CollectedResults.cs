using System.Globalization;
using System.Text;
using DmaGrains.Experiments.Results;
using HdrHistogram;

namespace DmaGrains.Experiments.Tests.Playing;

/// <summary>Keeps results, also as a text that is the same when they are.</summary>
internal sealed class CollectedResults : IResultSink
{
    private readonly StringBuilder _text = new();

    public List<Repetition> Repetitions { get; } = [];

    public List<RefusalCount> Refusals { get; } = [];

    public List<HazardCount> Hazards { get; } = [];

    public List<MemorySample> Samples { get; } = [];

    public string Text => _text.ToString();

    /// <summary>A measure of the only repetition.</summary>
    public double this[string measure] => Assert.Single(Repetitions).Measures[measure];

    public void Add(Repetition repetition)
    {
        Repetitions.Add(repetition);
        Write($"{repetition.Case} {repetition.Index} {repetition.VirtualNanoseconds} {repetition.Commands}");
        foreach (var (name, value) in repetition.Measures)
        {
            Write(string.Create(CultureInfo.InvariantCulture, $"  {name} {value:R}"));
        }
    }

    public void Add(RefusalCount refusals)
    {
        Refusals.Add(refusals);
        Write(refusals.ToString());
    }

    public void Add(HazardCount hazards)
    {
        Hazards.Add(hazards);
        Write(hazards.ToString());
    }

    public void Add(in MemorySample sample)
    {
        Samples.Add(sample);
        Write(sample.ToString());
    }

    public void AddTimesToFirstMap(int @case, int repetition, LongHistogram histogram)
    {
        Write($"{@case} {repetition}");
        foreach (var value in histogram.RecordedValues())
        {
            Write($"  {value.ValueIteratedTo} {value.CountAddedInThisIterationStep}");
        }
    }

    private void Write(string line) => _text.Append(line).Append('\n');
}
