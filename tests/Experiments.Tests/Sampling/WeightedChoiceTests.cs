using CsCheck;
using DmaGrains.Experiments.Sampling;

namespace DmaGrains.Experiments.Tests.Sampling;

public class WeightedChoiceTests
{
    private static readonly Gen<double> _uniform =
        Gen.OneOf(Gen.ULong.Select(number => new Draws(7, 0, 0, 0).Uniform(Purpose.Size, number)), Gen.Const(double.Epsilon), Gen.Const(1 - (1.0 / (1UL << 53))));

    [Fact]
    public void Values_without_weight_are_never_chosen() =>
        Gen.Select(Gen.Double[0, 5].Select(weight => weight < 2 ? 0 : weight).Array[1, 9].Where(weights => weights.Any(weight => weight > 0)), _uniform)
            .Sample((weights, uniform) => weights[ChoiceOf(weights).At(uniform)] > 0);

    [Fact]
    public void Values_are_chosen_as_often_as_their_weights_say()
    {
        double[] weights = [3, 0, 1, 0.5];
        var choice = ChoiceOf(weights);
        var counts = new int[weights.Length];
        for (var number = 0UL; number < 9_000; number++)
        {
            counts[choice.At(new Draws(3, 0, 0, 0).Uniform(Purpose.Importers, number))]++;
        }

        Assert.Equal(0, counts[1]);
        Fits.AreAsExpected([counts[0], counts[2], counts[3]], [6_000, 2_000, 1_000]);
    }

    [Theory]
    [InlineData(0.2499, 0)]
    [InlineData(0.25, 1)]
    [InlineData(0.2501, 1)]
    [InlineData(0.9999, 1)]
    public void A_value_ends_where_its_share_ends(double uniform, int chosen) => Assert.Equal(chosen, ChoiceOf([1, 3]).At(uniform));

    [Fact]
    public void The_mean_counts_each_value_by_its_weight() => Assert.Equal(1.75, ChoiceOf([1, 2, 3, 2]).Mean(index => index), 1e-12);

    private static WeightedChoice<int> ChoiceOf(double[] weights) => new([.. weights.Select((weight, index) => new Weighted<int>(index, weight))]);
}
