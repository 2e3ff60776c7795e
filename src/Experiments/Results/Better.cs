namespace DmaGrains.Experiments.Results;

/// <summary>Which way a measure is good.</summary>
public enum Better
{
    /// <summary>It only describes.</summary>
    Neither,

    /// <summary>Less is better.</summary>
    Lower,

    /// <summary>More is better.</summary>
    Higher,
}
