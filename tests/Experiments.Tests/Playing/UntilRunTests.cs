using System.Globalization;
using DmaGrains.Experiments.Playing;
using DmaGrains.Experiments.Results;
using DmaGrains.Experiments.Statistics;

namespace DmaGrains.Experiments.Tests.Playing;

public class UntilRunTests
{
    private const string Frame = "size: 4MiB, memory: cma, importers: display";

    [Fact]
    public void A_difference_ends_it_as_soon_as_it_is_clear()
    {
        var (look, results) = Play("s.lifetime: [100ms, {exponential: 300ms}]", "buffers-refused", 0.01, 50);

        var comparison = Assert.Single(look.Comparisons);
        Assert.Equal(Verdict.Higher, comparison.Verdict);
        Assert.InRange(comparison.Difference.Count, 4, 10);
        Assert.Equal(2 * comparison.Difference.Count, results.Repetitions.Count);
    }

    [Fact]
    public void Cases_that_do_the_same_are_shown_to_with_the_fewest_repetitions_since_they_have_the_same_random_numbers()
    {
        var (look, results) = Play("policy: [refuse, migrate]", "buffers-refused", 0.01, 50);

        var comparison = Assert.Single(look.Comparisons);
        Assert.Equal(Verdict.WithinTolerance, comparison.Verdict);
        Assert.Equal(new Interval(0, 0, 0, 0.95, 4), comparison.Difference);
        Assert.Equal(8, results.Repetitions.Count);
    }

    [Fact]
    public void Insensitive_measures_are_shown_to_differ_by_less_than_matters()
    {
        // Erlang's loss does not depend on how lifetimes vary; the numbers of the two cases are not the same, though.
        var (look, _) = Play("s.lifetime: [100ms, {exponential: 100ms}]", "buffers-refused", 0.01, 200);

        var comparison = Assert.Single(look.Comparisons);
        Assert.Equal(Verdict.WithinTolerance, comparison.Verdict);
        Assert.True(comparison.Difference.HalfWidth > 0);
    }

    [Fact]
    public void A_run_ends_undecided_after_the_most_repetitions_that_it_may_play()
    {
        var (look, results) = Play("s.lifetime: [100ms, {exponential: 100ms}]", "buffers-refused", 0.0001, 7);

        Assert.Equal(Verdict.WithinNoise, Assert.Single(look.Comparisons).Verdict);
        Assert.Equal(14, results.Repetitions.Count);
    }

    [Fact]
    public void Looks_and_results_do_not_depend_on_how_many_cores_there_are()
    {
        var one = Play("s.lifetime: [100ms, {exponential: 100ms}]", "buffers-refused", 0.02, 200, cores: 1);
        var five = Play("s.lifetime: [100ms, {exponential: 100ms}]", "buffers-refused", 0.02, 200, cores: 5);

        Assert.Equal(one.Look.Comparisons.AsEnumerable(), five.Look.Comparisons);
        Assert.Equal(one.Results.Text, five.Results.Text);
    }

    [Fact]
    public void A_run_that_is_broken_off_and_resumed_ends_with_the_same_look_and_results()
    {
        const string matrix = "s.lifetime: [100ms, {exponential: 100ms}]";
        var folder = Directory.CreateTempSubdirectory("dmagrains-until-").FullName;
        using var cancellation = new CancellationTokenSource();
        try
        {
            Assert.ThrowsAny<OperationCanceledException>(() => RunOf(matrix, new CollectedResults(), "buffers-refused", 0.01, 7, new() { Checkpoints = folder })
                .Play(cancellation.Token, look => cancellation.Cancel()));
            var results = new CollectedResults();
            var look = RunOf(matrix, results, "buffers-refused", 0.01, 7, new() { Checkpoints = folder }).Play(CancellationToken.None);

            var whole = Play(matrix, "buffers-refused", 0.01, 7);
            Assert.Equal(whole.Look.Comparisons.AsEnumerable(), look.Comparisons);
            Assert.Equal(whole.Results.Text, results.Text);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static (Look Look, CollectedResults Results) Play(string matrix, string measure, double share, int repetitionsMax, int cores = 2)
    {
        var results = new CollectedResults();
        return (RunOf(matrix, results, measure, share, repetitionsMax, new() { Cores = cores }).Play(CancellationToken.None), results);
    }

    private static UntilRun RunOf(string matrix, CollectedResults results, string measure, double share, int repetitionsMax, RunOptions options)
    {
        var decides = ExperimentMeasures.Find(measure)!;
        var text = SmallExperiment.Text(string.Create(
            CultureInfo.InvariantCulture,
            $"workload:\n  - {{name: s, arrivals: {{poisson: 30/s}}, lifetime: 100ms, {Frame}}}\nmatrix: {{{matrix}}}\nduration: 60s\nwarm-up: auto\nseed: 9"));
        return new(SmallExperiment.Read(text), results, options, decides, new Stopping(Tolerance.For(decides, share), repetitionsMax));
    }
}
