using System.Globalization;
using DmaGrains.Experiments.Statistics;

namespace DmaGrains.Experiments.Tests.Theory;

/// <summary>
/// Very many short experiments on the real engine, whose answer is known: two cases that do the same, with different random numbers, and a share
/// refused that theory gives. <c>tests/Experiments.Tests/nightly</c> plays 1,000 instead of 100.
/// </summary>
public class SameCasesTests
{
    private const int Repetitions = 20;
    private const int Places = 4;
    private const string Workload = "{name: s, arrivals: {poisson: 3000/s}, size: 4MiB, lifetime: {exponential: 1ms}, memory: cma, importers: display}";

    private static readonly int _trials =
        int.TryParse(Environment.GetEnvironmentVariable("EXPERIMENT_TRIALS"), CultureInfo.InvariantCulture, out var trials) ? trials : 100;

    // The share refused of each repetition of each trial.
    private static readonly Lazy<double[][]> _refused = new(() =>
    {
        var experiment = SmallExperiment.Read(
            SmallExperiment.Text($"workload:\n  - {Workload}\nduration: 30ms\nwarm-up: 10ms\nrepetitions: {Repetitions}"));
        var refused = new double[_trials][];
        Parallel.For(0, _trials, trial => refused[trial] = [.. MeasuresOnly.Of(experiment with { Seed = (ulong)trial }, cores: 1)
            .Select(repetition => repetition.Measures["buffers-refused"])]);
        return refused;
    });

    [Fact]
    public void Cases_that_do_the_same_get_at_most_1_false_verdict_in_20_trials_however_often_one_looks()
    {
        var stopping = new Stopping(Tolerance.Of(0.01), Repetitions / 2);
        var wrong = _refused.Value.Count(refused => Enumerable.Range(1, Repetitions / 2).Any(count =>
            stopping.At([[.. refused.Take(count)], [.. refused.Skip(Repetitions / 2).Take(count)]], [(0, 1)]).Comparisons[0].IsDecided));

        Assert.InRange(wrong, 0, _trials / 20);
    }

    [Fact]
    public void Cases_that_do_the_same_get_1_false_verdict_in_20_trials_when_one_looks_once()
    {
        var comparing = new Comparing(0.95, Looks.Once);
        var wrong = _refused.Value.Count(refused =>
            comparing.Of([refused[..(Repetitions / 2)], refused[(Repetitions / 2)..]], [(0, 1)])[0].IsDecided);

        Assert.InRange(wrong, Expected(0.05, -3), Expected(0.05, 3));
    }

    [Fact]
    public void Intervals_contain_Erlangs_loss_as_often_as_they_say()
    {
        var loss = 100 * Queues.Loss(3, Places);
        var covered = _refused.Value.Count(refused => StudentInterval.Of(refused[..(Repetitions / 2)], 0.95).Contains(loss));

        Assert.InRange(covered, Expected(0.95, -3), Expected(0.95, 3));
    }

    /// <summary>How often something happens in all trials, so many standard deviations from its mean. Of 1,000 with 95 %, that is 930 to 970.</summary>
    private static double Expected(double share, double deviations) =>
        (_trials * share) + (deviations * Math.Sqrt(_trials * share * (1 - share)));
}
