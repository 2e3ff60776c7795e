using CsCheck;
using DmaGrains.Experiments.Statistics;

namespace DmaGrains.Experiments.Tests.Statistics;

public class ComparingTests
{
    private const int Trials = 1_000;

    /// <summary>A test that is false once in 20 exceeds this once in a thousand times: 50 and three deviations.</summary>
    private const int Most = 71;

    private static readonly (int, int)[] _onePair = [(0, 1)];

    [Fact]
    public void Cases_that_do_the_same_get_1_false_verdict_in_20_trials()
    {
        var wrong = Enumerable.Range(0, Trials).Count(trial => Once(null)
            .Of([Series.Normals(new((ulong)trial, 0, 0, 0), 5), Series.Normals(new((ulong)trial, 1, 0, 0), 5)], _onePair)[0].IsDecided);

        Assert.InRange(wrong, 30, Most);
    }

    [Fact]
    public void Six_pairs_of_cases_that_do_the_same_get_at_most_1_false_verdict_in_20_trials_together()
    {
        (int, int)[] pairs = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)];
        var wrong = Enumerable.Range(0, Trials).Count(trial => Once(null)
            .Of([.. Enumerable.Range(0, 4).Select(index => Series.Normals(new((ulong)trial, (uint)index, 0, 0), 6))], pairs)
            .Any(comparison => comparison.IsDecided));

        Assert.InRange(wrong, 20, Most);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(8)]
    public void Counts_of_0_and_1_by_the_toss_of_a_coin_get_at_most_1_false_verdict_in_20_trials(int repetitions)
    {
        double[] Tosses(ulong trial, uint index) => [.. Series.Normals(new(trial, index, 0, 0), repetitions).Select(value => value > 0 ? 1.0 : 0)];

        var wrong = Enumerable.Range(0, Trials).Count(trial =>
            Once(null).Of([Tosses((ulong)trial, 0), Tosses((ulong)trial, 1)], _onePair)[0].IsDecided);

        Assert.InRange(wrong, 0, Most);
    }

    [Fact]
    public void Exchanging_the_cases_turns_the_verdict_round() =>
        Gen.Select(Gen.Double[0, 10].Array[5], Gen.Double[0, 10].Array[5], Gen.Bool).Sample((first, second, often) =>
        {
            var comparing = new Comparing(0.95, often ? Looks.Often : Looks.Once, Tolerance.Of(3));
            var forth = comparing.Of([first, second], _onePair)[0];
            var back = comparing.Of([first, second], [(1, 0)])[0];

            Assert.Equal(
                forth.Verdict switch { Verdict.Lower => Verdict.Higher, Verdict.Higher => Verdict.Lower, var same => same }, back.Verdict);
            Assert.Equal(forth.Difference.Low, -back.Difference.High, 1e-9);
        });

    [Fact]
    public void What_both_cases_share_does_not_blur_their_difference()
    {
        double[] shared = [10, 50, 20, 90, 40];

        var comparison = Once(null).Of([shared, [.. shared.Select((value, index) => value + 1 + (index * 0.01))]], _onePair)[0];

        Assert.Equal(Verdict.Higher, comparison.Verdict);
        Assert.Equal(1.02, comparison.Difference.Mean, 1e-9);
    }

    [Theory]
    [InlineData(-1.0, Verdict.Lower)]
    [InlineData(1.0, Verdict.Higher)]
    [InlineData(0.1, Verdict.WithinNoise)]
    public void A_difference_is_a_verdict_when_its_interval_leaves_0_out(double shift, Verdict verdict)
    {
        double[] noise = [0.3, -0.2, 0.1, -0.3, 0.2];

        var comparison = Once(null).Of([[0, 0, 0, 0, 0], [.. noise.Select(value => value + shift)]], _onePair)[0];

        Assert.Equal(verdict, comparison.Verdict);
        Assert.Equal(verdict == Verdict.WithinNoise, comparison.Difference.Contains(0));
    }

    [Theory]
    [InlineData(1.001, Verdict.WithinTolerance)]
    [InlineData(0.999, Verdict.WithinNoise)]
    public void A_small_difference_is_a_verdict_when_its_interval_lies_inside_the_tolerance(double width, Verdict verdict)
    {
        double[] differences = [0.32, -0.22, 0.12, -0.28, 0.16];
        var tolerance = Tolerance.Of(width * StudentInterval.Of(differences, 0.95).High);

        Assert.Equal(verdict, Once(tolerance).Of([[0, 0, 0, 0, 0], differences], _onePair)[0].Verdict);
    }

    [Theory]
    [InlineData(0.02, Verdict.WithinTolerance)]
    [InlineData(0.005, Verdict.WithinNoise)]
    public void A_share_is_a_share_of_the_first_case_s_mean(double share, Verdict verdict)
    {
        double[] first = [100, 400, 200, 300, 150];
        double[] second = [101, 399, 201, 299, 150];

        Assert.Equal(verdict, Once(Tolerance.Share(share)).Of([first, second], _onePair)[0].Verdict);
    }

    [Fact]
    public void Cases_that_are_equal_in_every_repetition_differ_by_nothing_that_matters()
    {
        double[] values = [0, 0, 3, 0];

        Assert.Equal(Verdict.WithinTolerance, Once(Tolerance.Share(0.01)).Of([values, values], _onePair)[0].Verdict);
        Assert.Equal(Verdict.WithinNoise, Once(null).Of([values, values], _onePair)[0].Verdict);
        Assert.Equal(Verdict.WithinNoise, Once(Tolerance.Share(0.01)).Of([[3], [3]], _onePair)[0].Verdict);
    }

    [Fact]
    public void A_pair_s_confidence_is_shared_out_over_all_pairs()
    {
        double[] values = [1, 2, 3, 4];

        var comparisons = Once(null).Of([values, values, values], [(0, 1), (0, 2), (1, 2), (2, 1)]);

        Assert.All(comparisons, comparison => Assert.Equal(0.9875, comparison.Difference.Confidence, 1e-12));
    }

    [Fact]
    public void Cases_with_different_numbers_of_repetitions_are_not_compared()
    {
        var error = Assert.Throws<ArgumentException>(() => Once(null).Of([[1, 2], [1, 2, 3]], _onePair));

        Assert.Equal("case 0 has 2 repetitions and case 1 has 3: they are compared in pairs", error.Message);
    }

    private static Comparing Once(Tolerance? tolerance) => new(0.95, Looks.Once, tolerance);
}
