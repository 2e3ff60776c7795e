using System.Globalization;

namespace DmaGrains.Benchmarks.Durable;

/// <summary>The samples of one build, by what was measured and under which load; one for each round.</summary>
internal sealed class DurableFigures
{
    private readonly OrderedDictionary<(string Work, string Load), List<LoadSample>> _samples = [];

    /// <summary>Adds the next round's.</summary>
    public void Add(string work, string load, LoadSample sample)
    {
        if (!_samples.TryGetValue((work, load), out var rounds))
        {
            _samples.Add((work, load), rounds = []);
        }

        rounds.Add(sample);
    }

    /// <summary>The last one.</summary>
    public LoadSample LastOf(string work, string load) => _samples[(work, load)][^1];

    /// <summary>The median of the rounds' ratios.</summary>
    public double Ratio(
        Func<LoadSample, double> figure, (string Work, string Load) what, DurableFigures others, (string Work, string Load) to) =>
        Medians.Of(_samples[what].Zip(others._samples[to], (own, other) => figure(own) / figure(other)));

    /// <summary>Writes a row for each measurement.</summary>
    public void Print(string build)
    {
        foreach (var ((work, load), rounds) in _samples)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {build} | {work} | {load} | {Of(sample => sample.PerSecond):n0} | {Of(sample => sample.CpuMicroseconds):f1} | {Of(sample => sample.Bytes):n0} | {Of(sample => sample.MedianMilliseconds):f3} | {Of(sample => sample.P99Milliseconds):f3} |"));

            double Of(Func<LoadSample, double> figure) => Medians.Of(rounds.Select(figure));
        }
    }
}
