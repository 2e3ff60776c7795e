namespace DmaGrains.Experiments.Results;

/// <summary>Which values of a measure are better.</summary>
public enum Better
{
    /// <summary>Neither: the measure only describes.</summary>
    Neither,

    /// <summary>Less is better.</summary>
    Lower,

    /// <summary>More is better.</summary>
    Higher,
}
