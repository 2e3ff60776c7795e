using CsCheck;
using DmaGrains.Experiments.Files;
using DmaGrains.Experiments.Playing;

namespace DmaGrains.Experiments.Tests.Playing;

public class ExperimentRunTests
{
    private const string Matrix = """
        boards: [{board: small.yaml, count: 3}]
        workload:
          - {name: s, arrivals: {poisson: 200/s}, size: {exponential: 1MiB}, lifetime: {exponential: 30ms}, importers: [gpu, display],
              first-use: {exponential: 1ms}}
        matrix: {policy: [refuse, migrate], s.size: [1MiB, {exponential: 2MiB}]}
        duration: 2s
        repetitions: 3

        """;

    private static readonly string _text = $"name: small\nquestion: Does it work?\n{Matrix}";

    [Fact]
    public void Results_do_not_depend_on_how_many_cores_there_are()
    {
        var one = Play(_text, cores: 1);

        Assert.Equal(12, one.Repetitions.Count);
        Assert.Equal(one.Text, Play(_text, cores: 2).Text);
        Assert.Equal(one.Text, Play(_text, cores: 7).Text);
    }

    [Fact]
    public void The_same_file_gives_the_same_results_and_another_seed_gives_others() => RandomWorkloads.Text(commands: 300).Sample(
        text =>
        {
            var experiment = SmallExperiment.Read(text);
            var results = Play(experiment, cores: 1).Text;

            Assert.Equal(results, Play(experiment, cores: 1).Text);
            Assert.NotEqual(results, Play(experiment with { Seed = experiment.Seed ^ 1 }, cores: 1).Text);
        },
        iter: 5);

    [Fact]
    public void Cases_see_the_same_arrivals_whatever_they_refuse()
    {
        var results = Play(_text, cores: 2);

        Assert.Single(results.Repetitions.Where(repetition => repetition.Index == 1).Select(repetition => repetition.Measures["buffers"]).Distinct());
        Assert.NotEqual(
            results.Repetitions.Single(repetition => repetition is { Index: 1, Case: 0 }).Measures["buffers-refused"],
            results.Repetitions.Single(repetition => repetition is { Index: 1, Case: 1 }).Measures["buffers-refused"]);
    }

    [Fact]
    public void Repetitions_that_are_played_later_are_those_that_would_have_been_played_at_once()
    {
        var whole = Play(_text, cores: 2);
        var parts = new CollectedResults();
        var run = new ExperimentRun(SmallExperiment.Read(_text), parts, new() { Cores = 2 });

        run.Play(0, 1, CancellationToken.None);
        run.Play(1, 2, CancellationToken.None);

        Assert.Equal(
            whole.Repetitions.OrderBy(repetition => (repetition.Case, repetition.Index)).Select(repetition => repetition.Measures["commands"]),
            parts.Repetitions.OrderBy(repetition => (repetition.Case, repetition.Index)).Select(repetition => repetition.Measures["commands"]));
    }

    [Fact]
    public void A_run_that_is_broken_off_ends_soon()
    {
        using var cancellation = new CancellationTokenSource();
        var run = new ExperimentRun(
            SmallExperiment.Read(_text.Replace("duration: 2s", "duration: 30000d", StringComparison.Ordinal)),
            new CollectedResults(),
            new() { Cores = 2, Progress = progress => cancellation.Cancel() });

        Assert.ThrowsAny<OperationCanceledException>(() => run.Play(cancellation.Token));
    }

    internal static CollectedResults Play(string text, int cores = 1) => Play(SmallExperiment.Read(text), cores);

    private static CollectedResults Play(Experiment experiment, int cores)
    {
        var results = new CollectedResults();
        new ExperimentRun(experiment, results, new() { Cores = cores }).Play(CancellationToken.None);
        return results;
    }
}
