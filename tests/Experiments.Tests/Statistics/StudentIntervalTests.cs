using CsCheck;
using DmaGrains.Experiments.Sampling;
using DmaGrains.Experiments.Statistics;

namespace DmaGrains.Experiments.Tests.Statistics;

public class StudentIntervalTests
{
    private const int Trials = 1_000;

    [Fact]
    public void The_interval_is_that_of_the_tables()
    {
        // Student's t with 4 degrees of freedom at 97.5 % is 2.776; the standard error is sqrt(2.5 / 5).
        var interval = StudentInterval.Of([1, 2, 3, 4, 5], 0.95);

        Assert.Equal(3, interval.Mean);
        Assert.Equal(2.776 * Math.Sqrt(0.5), interval.HalfWidth, 1e-3);
        Assert.Equal(5, interval.Count);
    }

    [Theory]
    [InlineData(new double[] { })]
    [InlineData(new[] { 7.0 })]
    public void Fewer_than_two_values_say_nothing(double[] values)
    {
        Assert.False(StudentInterval.Of(values, 0.95).IsKnown);
        Assert.False(StudentInterval.Unpaired(values, [1, 2], 0.95).IsKnown);
        Assert.False(StudentInterval.Unpaired([1, 2], values, 0.95).IsKnown);
    }

    [Fact]
    public void Equal_values_have_an_interval_without_width()
    {
        Assert.Equal(new Interval(7, 7, 7, 0.95, 2), StudentInterval.Of([7, 7], 0.95));
        Assert.Equal(new Interval(2, 2, 2, 0.95, 2), StudentInterval.Unpaired([5, 5], [7, 7, 7], 0.95));
    }

    [Fact]
    public void More_confidence_never_makes_an_interval_narrower() =>
        Gen.Select(Gen.Double[-1e6, 1e6].Array[2, 20], Gen.Double[0.5, 0.999], Gen.Double[0.5, 0.999]).Sample((values, one, other) =>
            StudentInterval.Of(values, Math.Min(one, other)).HalfWidth <= StudentInterval.Of(values, Math.Max(one, other)).HalfWidth);

    [Fact]
    public void An_unpaired_interval_is_that_of_Welch()
    {
        // Variances 2.5 of 5 values and 10 of 5 values: standard error sqrt(2.5), 5.88 degrees of freedom, whose quantile is 2.459.
        var interval = StudentInterval.Unpaired([1, 2, 3, 4, 5], [2, 4, 6, 8, 10], 0.95);

        Assert.Equal(3, interval.Mean);
        Assert.Equal(2.459 * Math.Sqrt(2.5), interval.HalfWidth, 2e-3);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(10)]
    public void Intervals_of_an_autoregressive_series_contain_its_mean_as_often_as_they_say(int repetitions) =>
        Assert.InRange(CoveredOf(repetitions, 0, draws => Series.Autoregressive(draws, 500, memory: 0.8, start: 20)), 930, 970);

    [Theory]
    [InlineData(5)]
    [InlineData(10)]
    public void Intervals_of_the_wait_in_a_queue_contain_its_mean_as_often_as_they_say(int repetitions) =>
        Assert.InRange(CoveredOf(repetitions, 1, draws => Series.Waits(draws, 1_000, load: 0.5)), 930, 970);

    [Fact]
    public void Unpaired_intervals_contain_the_difference_as_often_as_they_say()
    {
        var covered = Enumerable.Range(0, Trials).Count(trial => StudentInterval.Unpaired(
            Series.Normals(new((ulong)trial, 0, 0, 0), 5), [.. Series.Normals(new((ulong)trial, 1, 0, 0), 12).Select(value => 3 + (4 * value))], 0.95)
            .Contains(3));

        Assert.InRange(covered, 930, 970);
    }

    // As an experiment does it: pilots find the cut, then the repetitions are measured. The series begin far from where they settle.
    private static int CoveredOf(int repetitions, double mean, Func<Draws, double[]> play) => Enumerable.Range(0, Trials).Count(trial =>
    {
        var pilots = Enumerable.Range(0, 5).Select(pilot => play(new Draws((ulong)trial, uint.MaxValue - (uint)pilot, 0, 0)));
        var cut = WarmUp.Find([.. pilots]).Cut;
        var means = Enumerable.Range(0, repetitions)
            .Select(repetition => Series.SettledMean(play(new Draws((ulong)trial, (uint)repetition, 0, 0)), cut));
        return StudentInterval.Of([.. means], 0.95).Contains(mean);
    });
}
