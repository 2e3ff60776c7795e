using DmaGrains.Experiments.Statistics;

namespace DmaGrains.Experiments.Tests.Statistics;

public class StoppingTests
{
    private const int Trials = 1_000;

    private static readonly (int, int)[] _onePair = [(0, 1)];

    /// <summary>Two policies that do the same, looked at after each repetition: no look at all may find a difference.</summary>
    [Fact]
    public void Cases_that_do_the_same_get_at_most_1_false_verdict_in_20_trials_however_often_one_looks() =>
        Assert.InRange(FalselyDecided([0, 0], _onePair), 15, 50);

    [Fact]
    public void Three_cases_that_do_the_same_get_at_most_1_false_verdict_in_20_trials_together() =>
        Assert.InRange(FalselyDecided([0, 0, 0], [(0, 1), (0, 2), (1, 2)]), 10, 50);

    [Fact]
    public void A_difference_as_large_as_the_tolerance_is_called_smaller_at_most_once_in_20_trials()
    {
        var stopping = new Stopping(Tolerance.Of(1), RepetitionsMax: 100);
        var wrong = Enumerable.Range(0, Trials).Count(trial =>
            Play(stopping, _onePair, (ulong)trial, [0, 1]).Verdict is Verdict.WithinTolerance or Verdict.Lower);

        Assert.InRange(wrong, 0, 50);
    }

    [Fact]
    public void A_difference_as_large_as_a_share_is_called_smaller_at_most_once_in_20_trials()
    {
        var stopping = new Stopping(Tolerance.Share(0.25), RepetitionsMax: 100);
        var wrong = Enumerable.Range(0, Trials).Count(trial =>
            Play(stopping, _onePair, (ulong)trial, [4, 5]).Verdict is Verdict.WithinTolerance or Verdict.Lower);

        Assert.InRange(wrong, 0, 50);
    }

    [Fact]
    public void A_difference_of_2_standard_deviations_is_found_within_15_repetitions()
    {
        var stopping = new Stopping(Tolerance.Of(0.1), RepetitionsMax: 15);
        var found = Enumerable.Range(0, Trials).Count(trial =>
            Play(stopping, _onePair, (ulong)trial, [0, 2 * Math.Sqrt(2)]).Verdict == Verdict.Higher);

        Assert.InRange(found, 990, Trials);
    }

    [Fact]
    public void Cases_that_do_the_same_are_shown_to_differ_by_less_than_the_tolerance_in_the_end()
    {
        var stopping = new Stopping(Tolerance.Of(0.5), RepetitionsMax: 1_000);
        var shown = Enumerable.Range(0, 200).Count(trial =>
            Play(stopping, _onePair, (ulong)trial, [0, 0]).Verdict == Verdict.WithinTolerance);

        Assert.InRange(shown, 190, 200);
    }

    [Fact]
    public void A_comparison_ends_undecided_where_it_may_not_go_on()
    {
        var comparison = Play(new Stopping(Tolerance.Of(0.01), RepetitionsMax: 9), _onePair, 1, [0, 0]);

        Assert.Equal(Verdict.WithinNoise, comparison.Verdict);
        Assert.Equal(9, comparison.Difference.Count);
    }

    [Fact]
    public void Nothing_to_compare_is_decided_at_once() =>
        Assert.True(new Stopping(Tolerance.Share(0.01), RepetitionsMax: 10).At([[1.0]], []).IsEnough);

    private static int FalselyDecided(double[] means, (int, int)[] pairs)
    {
        var stopping = new Stopping(Tolerance.Of(1e-6), RepetitionsMax: 100);
        return Enumerable.Range(0, Trials).Count(trial =>
        {
            var isFalse = false;
            Play(stopping, pairs, (ulong)trial, means, look => isFalse |= look.Comparisons.Any(comparison => comparison.IsDecided));
            return isFalse;
        });
    }

    /// <summary>Plays repetitions until it is enough; each value is its case's mean and noise of deviation 1.</summary>
    private static Comparison Play(Stopping stopping, (int, int)[] pairs, ulong seed, double[] means, Action<Look>? onLook = null)
    {
        var noise = means.Select((_, index) => Series.Normals(new(seed, (uint)index, 0, 0), stopping.RepetitionsMax)).ToArray();
        for (var repetitions = 1; ; repetitions++)
        {
            var look = stopping.At([.. means.Select((mean, index) => noise[index].Take(repetitions).Select(value => mean + value).ToArray())], pairs);
            onLook?.Invoke(look);
            if (look.IsEnough)
            {
                return look.Comparisons[0];
            }
        }
    }
}
