namespace DmaGrains.Experiments.Files;

/// <summary>A bound on a measure's mean over repetitions.</summary>
/// <param name="Measure">The measure's name.</param>
/// <param name="Comparison">How it compares with the value.</param>
/// <param name="Value">The value, in the measure's unit.</param>
/// <param name="Text">The threshold as the file writes it.</param>
public sealed record Threshold(string Measure, ThresholdComparison Comparison, double Value, string Text)
{
    /// <summary>Whether a measured value meets the threshold.</summary>
    public bool IsMetBy(double measured) => Comparison switch
    {
        ThresholdComparison.Below => measured < Value,
        ThresholdComparison.AtMost => measured <= Value,
        ThresholdComparison.Above => measured > Value,
        ThresholdComparison.AtLeast => measured >= Value,
        _ => throw new ArgumentOutOfRangeException(nameof(measured)),
    };
}

/// <summary>How a measure compares with a threshold.</summary>
public enum ThresholdComparison
{
    /// <summary>&lt;</summary>
    Below,

    /// <summary>&lt;=</summary>
    AtMost,

    /// <summary>&gt;</summary>
    Above,

    /// <summary>&gt;=</summary>
    AtLeast,
}
