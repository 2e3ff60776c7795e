using System.Collections.Immutable;
using DmaGrains.Experiments.Reporting;
using DmaGrains.Experiments.Results;
using DmaGrains.Experiments.Statistics;

namespace DmaGrains.Experiments.Tests.Reporting;

public class ExperimentAnswerTests
{
    [Fact]
    public void The_policy_that_nothing_beats_is_the_answer_with_the_refusal_that_makes_the_difference() => Assert.Equal(
        "Use policy a: buffers-refused is 1 % under a, and 5 % (4 to 6 %) under b. "
        + "What makes most of it is map with ENOMEM for vc4 (MaxSegmentCount): 40 times under b, once under a.",
        ExperimentAnswer.Of(Report(
            "buffers-refused",
            [
                Of(0, 1, null, "a") with { Refusals = [new("map", "ENOMEM", "MaxSegmentCount", "vc4", 1, 0)] },
                Of(1, 5, new(4, 6), "b") with { Refusals = [new("attach", "EBUSY", "", "", 3, 0), new("map", "ENOMEM", "MaxSegmentCount", "vc4", 40, 2)] },
            ],
            new CaseComparison(0, 1, 4, 3, 5, 0.95, Verdict.Higher))));

    [Fact]
    public void More_is_better_where_it_is() => Assert.StartsWith(
        "Use policy b: commands-a-second is 5 under b, and 1 under a.",
        ExperimentAnswer.Of(Report("commands-a-second", [Of(0, 1, null, "a"), Of(1, 5, null, "b")], new CaseComparison(0, 1, 4, 3, 5, 0.95, Verdict.Higher))),
        StringComparison.Ordinal);

    [Fact]
    public void What_beats_each_other_in_turn_depends_on_the_rest() => Assert.Equal(
        "It depends. By buffers-refused the best policy is a with cma 64MiB; b with cma 1GiB.",
        ExperimentAnswer.Of(Report(
            "buffers-refused",
            [Of(0, 1, null, "a", "64MiB"), Of(1, 1, null, "a", "1GiB"), Of(2, 2, null, "b", "64MiB"), Of(3, 0, null, "b", "1GiB")],
            new CaseComparison(0, 2, 1, 0.5, 1.5, 0.975, Verdict.Higher),
            new CaseComparison(1, 3, -1, -1.5, -0.5, 0.975, Verdict.Lower))));

    [Fact]
    public void Several_that_nothing_beats_are_named_together() => Assert.StartsWith(
        "Use policy a or c: ",
        ExperimentAnswer.Of(Report(
            "buffers-refused",
            [Of(0, 1, null, "a"), Of(1, 5, null, "b"), Of(2, 1, null, "c")],
            new CaseComparison(0, 1, 4, 3, 5, 0.98, Verdict.Higher),
            new CaseComparison(0, 2, 0, -1, 1, 0.98, Verdict.WithinNoise),
            new CaseComparison(1, 2, -4, -5, -3, 0.98, Verdict.Lower))),
        StringComparison.Ordinal);

    [Theory]
    [InlineData(-1.0, 1.0, Verdict.WithinNoise, "Not decided: what the policy changes in buffers-refused is within noise; more repetitions would tell.")]
    [InlineData(null, null, Verdict.WithinNoise, "Not decided: there are too few repetitions to tell whether the policy matters for buffers-refused.")]
    [InlineData(-0.5, 0.5, Verdict.WithinTolerance, "It does not matter: whatever the policy, buffers-refused is the same, within 1 point, -0.5 to 0.5 points.")]
    public void What_is_not_known_is_called_so(double? low, double? high, Verdict verdict, string answer) => Assert.Equal(
        answer,
        ExperimentAnswer.Of(Report("buffers-refused", [Of(0, 1, null, "a"), Of(1, 1, null, "b")], new CaseComparison(0, 1, 0, low, high, 0.95, verdict)) with { Until = 0.01 }));

    [Fact]
    public void An_experiment_of_one_case_is_answered_with_its_mean_and_its_refusals() => Assert.Equal(
        "Broken off; so far: buffers-refused is 1 % (0.5 to 1.5 %). Refused most often: map with ENOMEM, 7 times.",
        ExperimentAnswer.Of(Report("buffers-refused", [Of(0, 1, new(0.5, 1.5)) with { Refusals = [new("map", "ENOMEM", "", "", 7, 0)] }]) with { IsComplete = false }));

    private static ExperimentReport Report(string measure, ImmutableArray<CaseReport> cases, params CaseComparison[] comparisons) => new(
        "name",
        "question?",
        1,
        3,
        [.. cases.Select(each => each with { Means = each.Means.ToImmutableSortedDictionary(_ => measure, mean => mean.Value), Intervals = each.Intervals.ToImmutableSortedDictionary(_ => measure, of => of.Value) })],
        [])
    {
        Measure = measure,
        Comparisons = [.. comparisons],
    };

    /// <summary>A case with a mean of the measure; its values are of the keys policy and cma.</summary>
    private static CaseReport Of(int index, double mean, MeanInterval? interval, params string[] values)
    {
        var empty = ImmutableSortedDictionary<string, MeanInterval>.Empty;
        return new(
            new(index, [.. values.Zip((string[])["policy", "cma"], (value, key) => new CaseValue(key, value))]),
            1,
            ImmutableSortedDictionary<string, double>.Empty.Add("measure", mean))
        {
            Intervals = interval is null ? empty : empty.Add("measure", interval),
        };
    }
}
