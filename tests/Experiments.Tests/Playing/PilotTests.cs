using DmaGrains.Experiments.Playing;

namespace DmaGrains.Experiments.Tests.Playing;

public class PilotTests
{
    private const string Filling = "{name: s, arrivals: {poisson: 100/s}, size: 64KiB, lifetime: {uniform: [4s, 6s]}, importers: gpu}";

    [Fact]
    public void Measuring_begins_when_the_board_has_filled_up()
    {
        // Until 4 s nothing is given back, and from 6 s on as much as comes.
        var settled = Play("10s", "duration: 60s").Repetitions.Average(repetition => repetition.Measures["live-buffers-mean"]);
        var withStart = Play("0", "duration: 60s").Repetitions.Average(repetition => repetition.Measures["live-buffers-mean"]);
        var found = Play("auto", "duration: 60s").Repetitions.Average(repetition => repetition.Measures["live-buffers-mean"]);

        Assert.InRange(withStart, 460, settled - 15);
        Assert.InRange(found, settled - 5, settled + 5);
    }

    [Fact]
    public void Measuring_begins_at_the_same_time_in_all_cases_and_repetitions()
    {
        var results = Play("auto", "duration: 60s\nmatrix: {s.lifetime: [{exponential: 10ms}, {uniform: [4s, 6s]}]}");

        Assert.Equal(6, results.Repetitions.Count);
        var begins = results.Samples.GroupBy(sample => (sample.Case, sample.Repetition)).Select(samples => samples.Min(sample => sample.AtNanoseconds) / 1_000_000_000);
        Assert.InRange(Assert.Single(begins.Distinct()), 3UL, 29UL);
    }

    [Fact]
    public void A_pilot_is_not_measured_and_its_random_numbers_are_its_own()
    {
        var results = Play("auto", "duration: 60s");

        Assert.Equal([0, 1, 2], results.Repetitions.Select(repetition => repetition.Index));
        Assert.Equal(3, results.Repetitions.Select(repetition => repetition.Measures["live-buffers-mean"]).Distinct().Count());
        Assert.Equal(-1, Pilot.Repetition);
    }

    [Fact]
    public void Boards_that_end_at_different_times_are_looked_at_as_far_as_all_of_them_go()
    {
        var results = Play("auto", "boards: [small.yaml, small.yaml]\ncommands: 9000");

        Assert.All(results.Repetitions, repetition => Assert.InRange(repetition.Measures["live-buffers-mean"], 450, 520));
    }

    private static CollectedResults Play(string warmUp, string rest) => ExperimentRunTests.Play(
        (rest.StartsWith("boards", StringComparison.Ordinal) ? "name: small\nquestion: Does it work?\n" : SmallExperiment.Text(string.Empty))
        + $"workload:\n  - {Filling}\n{rest}\nwarm-up: {warmUp}\nrepetitions: 3\nseed: 7\n",
        cores: 2);
}
