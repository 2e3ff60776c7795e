using CsCheck;
using DmaGrains.Experiments.Sampling;
using DmaGrains.Experiments.Statistics;

namespace DmaGrains.Experiments.Tests.Statistics;

public class ConfidenceSequenceTests
{
    private const int Trials = 1_000;
    private const int Looks = 200;

    [Theory]
    [InlineData(0.95)]
    [InlineData(0.8)]
    public void All_intervals_together_contain_the_mean_as_often_as_they_say(double confidence)
    {
        var missed = Enumerable.Range(0, Trials).Count(trial =>
            EverMisses(Series.Normals(new Draws((ulong)trial, 0, 0, 0), Looks), 0, values => ConfidenceSequence.Of(values, confidence)));

        // Not many fewer either: an interval that always holds by being wide is no use.
        Assert.InRange(missed, 0.4 * (1 - confidence) * Trials, (1 - confidence) * Trials);
    }

    [Fact]
    public void Intervals_for_a_fixed_number_miss_far_more_often_when_one_looks_each_time()
    {
        var missed = Enumerable.Range(0, Trials).Count(trial =>
            EverMisses(Series.Normals(new Draws((ulong)trial, 0, 0, 0), Looks), 0, values => StudentInterval.Of(values, 0.95)));

        Assert.InRange(missed, 0.25 * Trials, Trials);
    }

    [Fact]
    public void Skewed_values_miss_hardly_more_often()
    {
        // The mean wait of 1,000 customers: what a measure of a repetition looks like, and with a load of 0.7 still visibly skewed.
        var missed = Enumerable.Range(0, 200).Count(trial =>
        {
            var means = Enumerable.Range(0, 30).Select(repetition =>
                Series.SettledMean(Series.Waits(new Draws((ulong)trial, (uint)repetition, 0, 0), 1_000, 0.7), 100));
            return EverMisses([.. means], 0.7 / 0.3, values => ConfidenceSequence.Of(values, 0.95));
        });

        Assert.InRange(missed, 0, 0.07 * 200);
    }

    /// <summary>
    /// The closed form is the mixture that its derivation says: the density of the values under normal distributions of every deviation
    /// (weight 1 / deviation) and every effect size (normal, deviation 2), over the density with no effect, integrated by hand.
    /// </summary>
    [Theory]
    [InlineData(new[] { 1.0, 2, 0.5, 1.7 }, 0.95)]
    [InlineData(new[] { 1.0, 2, 0.5, 1.7, 1.1, 2.4 }, 0.95)]
    [InlineData(new[] { -1.0, 2, 0.5, 1.7, 1.1, -2.4 }, 0.8)]
    public void The_end_of_an_interval_is_where_the_mixture_reaches_its_limit(double[] values, double confidence)
    {
        var end = ConfidenceSequence.Of(values, confidence).Low;

        Assert.Equal(1 / (1 - confidence), Mixture([.. values.Select(value => value - end)]), 1e-3 / (1 - confidence));
    }

    [Fact]
    public void Nothing_is_said_of_fewer_than_4_values()
    {
        Assert.False(ConfidenceSequence.Of([1, 2, 3], 0.95).IsKnown);
        Assert.True(ConfidenceSequence.Of([1, 2, 3, 4], 0.95).IsKnown);
        Assert.False(ConfidenceSequence.Of([], 0.95).IsKnown);
        Assert.False(ConfidenceSequence.Of([5, 5, 5], 0.95).IsKnown);
        Assert.Equal(new Interval(5, 5, 5, 0.95, 4), ConfidenceSequence.Of([5, 5, 5, 5], 0.95));
    }

    [Fact]
    public void A_confidence_sequence_is_never_narrower_than_an_interval_for_a_fixed_number() =>
        Gen.Select(Gen.Double[-1e6, 1e6].Array[2, 60], Gen.Double[0.8, 0.999]).Sample((values, confidence) =>
            ConfidenceSequence.Of(values, confidence).HalfWidth >= StudentInterval.Of(values, confidence).HalfWidth);

    [Fact]
    public void More_repetitions_make_it_narrower_for_ever()
    {
        var widths = Enumerable.Range(4, 100_000).Select(count => ConfidenceSequence.StandardErrors(count, 0.95) / Math.Sqrt(count)).ToList();

        Assert.All(widths.Zip(widths.Skip(1)), pair => Assert.True(pair.Second < pair.First));
        Assert.InRange(widths[^1], 0, 0.016);
    }

    private static bool EverMisses(double[] values, double mean, Func<double[], Interval> interval) =>
        Enumerable.Range(2, values.Length - 1).Any(count => !interval([.. values.Take(count)]).Contains(mean));

    private static double Mixture(double[] values)
    {
        var (mixed, plain) = (0.0, 0.0);
        for (var logDeviation = -6.0; logDeviation < 8; logDeviation += 0.01)
        {
            plain += Density(values, 0, logDeviation);
            for (var effect = -12.0; effect < 12; effect += 0.02)
            {
                mixed += 0.02 * Math.Exp(-effect * effect / 8) / Math.Sqrt(8 * Math.PI) * Density(values, effect, logDeviation);
            }
        }

        return mixed / plain;
    }

    private static double Density(double[] values, double effect, double logDeviation)
    {
        var deviation = Math.Exp(logDeviation);
        return Math.Exp(values.Sum(value => -Math.Pow((value / deviation) - effect, 2) / 2) - (values.Length * logDeviation));
    }
}
