using System.Collections.Immutable;

namespace DmaGrains.Experiments.Sampling;

/// <summary>A random choice among values in proportion to their weights.</summary>
/// <typeparam name="T">What is chosen: a size, or a set of importers.</typeparam>
public sealed class WeightedChoice<T>
{
    /// <summary>The largest weight: below this, floating-point sums keep weights distinct.</summary>
    private const double WeightMax = 1e9;

    private readonly double[] _reach;

    /// <summary>Creates a choice. The weights may be invalid: call <see cref="Check"/> before <see cref="At"/>.</summary>
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

        // Rounding may move the point to the very end; skip values of weight 0 there.
        while (Choices[index].Weight == 0)
        {
            index--;
        }

        return Choices[index].Value;
    }

    /// <summary>The weighted mean of a function of the values.</summary>
    public double Mean(Func<T, double> of) => Choices.Sum(choice => choice.Weight * of(choice.Value)) / _reach[^1];
}
