using CsCheck;
using DmaGrains.Experiments.Statistics;

namespace DmaGrains.Experiments.Tests.Statistics;

public class TimeWeightedMeanTests
{
    private static readonly Gen<(ulong Lasted, ulong Value)[]> _steps = Gen.Select(Gen.ULong[0, 1_000_000], Gen.ULong[0, 1UL << 40]).Array[1, 30];

    [Fact]
    public void Each_value_counts_for_as_long_as_it_lasted() => _steps.Where(steps => steps.Any(step => step.Lasted > 0)).Sample(steps =>
    {
        var (mean, end) = Play(steps);

        var expected = steps.Sum(step => (double)step.Lasted * step.Value) / steps.Sum(step => (double)step.Lasted);
        Assert.Equal(expected, mean.Until(end), Math.Max(1, expected) * 1e-12);
        Assert.Equal(steps.Max(step => step.Value), mean.Max);
    });

    [Fact]
    public void A_change_to_the_same_value_changes_nothing() => Gen.Select(_steps, Gen.ULong[0, 1_000]).Sample((steps, later) =>
    {
        var (mean, end) = Play(steps);

        var same = mean.Change(end, mean.Value);

        Assert.Equal(mean.Until(end + later), same.Until(end + later));
    });

    [Fact]
    public void While_no_time_has_passed_the_mean_is_the_value() => Assert.Equal(7, TimeWeightedMean.From(100, 7).Until(100));

    [Fact]
    public void All_memory_of_a_board_for_a_century_still_adds_up()
    {
        const ulong century = 100UL * 365 * 86_400 * 1_000_000_000;

        Assert.Equal(1UL << 52, TimeWeightedMean.From(0, 1UL << 52).Until(century));
    }

    [Fact]
    public void Time_does_not_go_back()
    {
        var mean = TimeWeightedMean.From(100, 7).Change(200, 8);

        Assert.Throws<ArgumentOutOfRangeException>(() => mean.Change(199, 9));
        Assert.Equal(7, mean.Until(200));
        Assert.Throws<ArgumentOutOfRangeException>(() => mean.Until(199));
    }

    private static (TimeWeightedMean Mean, ulong End) Play((ulong Lasted, ulong Value)[] steps)
    {
        var now = 1_000UL;
        var mean = TimeWeightedMean.From(now, steps[0].Value);
        foreach (var (lasted, value) in steps)
        {
            mean = mean.Change(now, value);
            now += lasted;
        }

        return (mean, now);
    }
}
