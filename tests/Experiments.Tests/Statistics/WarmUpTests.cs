using CsCheck;
using DmaGrains.Experiments.Sampling;
using DmaGrains.Experiments.Statistics;

namespace DmaGrains.Experiments.Tests.Statistics;

public class WarmUpTests
{
    [Fact]
    public void The_cut_is_a_whole_number_of_batches_in_the_first_half() => Gen.Double[-1e9, 1e9].Array[0, 400].Sample(series =>
    {
        var warmUp = WarmUp.Find(series);

        Assert.Equal(0, warmUp.Cut % 5);
        Assert.InRange(warmUp.Cut, 0, series.Length / 2);
    });

    [Fact]
    public void Warm_up_is_cut_where_the_rest_has_the_smallest_standard_error() => Gen.Double[0, 10].Array[10, 40].Sample(means =>
    {
        double Error(int cut)
        {
            var rest = means.Skip(cut).ToArray();
            return rest.Sum(value => Math.Pow(value - rest.Average(), 2)) / (rest.Length * rest.Length);
        }

        var warmUp = WarmUp.Find([.. means.SelectMany(mean => Enumerable.Repeat(mean, 5))]);

        Assert.Equal(Enumerable.Range(0, (means.Length / 2) + 1).Min(Error), Error(warmUp.Cut / 5), 1e-9);
    });

    [Fact]
    public void A_series_that_never_changes_loses_nothing() =>
        Assert.Equal(new WarmUp(0, HasSettled: true), WarmUp.Find(Enumerable.Repeat(5.0, 100).ToArray()));

    [Fact]
    public void A_start_at_another_level_is_cut_off() =>
        Assert.Equal(new WarmUp(40, HasSettled: true), WarmUp.Find([.. Enumerable.Repeat(0.0, 40), .. Enumerable.Repeat(9.0, 160)]));

    [Theory]
    [InlineData(49)]
    [InlineData(0)]
    public void A_short_series_loses_nothing_and_has_not_settled(int count) =>
        Assert.Equal(new WarmUp(0, HasSettled: false), WarmUp.Find(Enumerable.Range(0, count).Select(index => (double)index).ToArray()));

    [Fact]
    public void A_series_that_grows_to_its_end_has_not_settled() =>
        Assert.False(WarmUp.Find(Enumerable.Range(0, 500).Select(index => (double)index).ToArray()).HasSettled);

    [Fact]
    public void A_series_that_forgets_where_it_began_is_cut_about_where_it_has_forgotten()
    {
        // 0.9^50 of the distance of 20 deviations is a tenth of a deviation.
        var cuts = Enumerable.Range(0, 200)
            .Select(trial => WarmUp.Find(Series.Autoregressive(new Draws((ulong)trial, 0, 0, 0), 2_000, memory: 0.9, start: 20)).Cut)
            .Order()
            .ToList();

        Assert.InRange(cuts[100], 15, 80);
        Assert.All(cuts, cut => Assert.True(cut >= 10));
    }

    [Fact]
    public void Pilots_are_averaged_as_far_as_all_of_them_go()
    {
        double[] late = [.. Enumerable.Repeat(0.0, 40), .. Enumerable.Repeat(9.0, 160)];
        double[] early = [.. Enumerable.Repeat(0.0, 20), .. Enumerable.Repeat(9.0, 200)];

        Assert.Equal(WarmUp.Find(late), WarmUp.Find([late, late[..150], late]));
        Assert.Equal(new WarmUp(40, HasSettled: true), WarmUp.Find([early, late]));
    }

    /// <summary>Why there are pilots.</summary>
    [Fact]
    public void A_run_that_is_cut_by_its_own_values_has_a_mean_that_is_too_low()
    {
        var series = Enumerable.Range(0, 1_000).Select(trial => Series.Waits(new Draws((ulong)trial, 0, 0, 0), 1_000, load: 0.5)).ToList();
        var cut = WarmUp.Find(series[..5]).Cut;

        Assert.InRange(series.Average(one => Series.SettledMean(one, WarmUp.Find(one).Cut)), 0.9, 0.97);
        Assert.InRange(series.Average(one => Series.SettledMean(one, cut)), 0.98, 1.02);
    }
}
