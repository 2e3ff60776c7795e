using System.Collections.Immutable;

namespace DmaGrains.Experiments.Sampling;

/// <summary>One of several values, each as often as its weight says.</summary>
/// <typeparam name="T">What is chosen: a size, or a set of importers.</typeparam>
public sealed class WeightedChoice<T>
{
    /// <summary>Weights are summed as floating-point numbers: below this they stay apart from each other.</summary>
    private const double WeightMax = 1e9;

    private readonly double[] _reach;

    /// <summary>A choice whose weights may be wrong: ask <see cref="Check"/> before <see cref="At"/>.</summary>
    /// <param name="choices">The values in the order of the file, with their weights.</param>
    public WeightedChoice(ImmutableArray<Weighted<T>> choices)
    {
        Choices = choices;
        _reach = new double[choices.Length];
        var sum = 0.0;
        for (var index = 0; index < choices.Length; index++)
        {
            _reach[index] = sum += choices[index].Weight;
        }
    }

    /// <summary>The values in the order of the file, with their weights.</summary>
    public ImmutableArray<Weighted<T>> Choices { get; }

    /// <summary>What is wrong with the weights; null when they are right.</summary>
    public Misfit? Check() =>
        Choices.IsDefaultOrEmpty ? new Misfit("choose", "at least one value")
        : Choices.Any(choice => !(choice.Weight is >= 0 and <= WeightMax)) ? new Misfit("weight", "a number from 0 to 1000000000")
        : _reach[^1] > 0 ? null
        : new Misfit("choose", "at least one weight above 0");

    /// <summary>The value that a draw chooses.</summary>
    /// <param name="uniform">A draw, above 0 and below 1.</param>
    public T At(double uniform)
    {
        var point = uniform * _reach[^1];
        var index = 0;
        while (_reach[index] <= point && index < _reach.Length - 1)
        {
            index++;
        }

        // Rounding may carry the point to the very end, where a weight of 0 has no share.
        while (Choices[index].Weight == 0)
        {
            index--;
        }

        return Choices[index].Value;
    }

    /// <summary>The weighted mean of something about the values.</summary>
    public double Mean(Func<T, double> of) => Choices.Sum(choice => choice.Weight * of(choice.Value)) / _reach[^1];
}
