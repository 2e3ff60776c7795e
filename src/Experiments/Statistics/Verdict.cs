namespace DmaGrains.Experiments.Statistics;

/// <summary>What a comparison of two cases says about one measure.</summary>
public enum Verdict
{
    /// <summary>Neither a difference nor that there is none: the two may be equal, and may differ by as much as the interval is wide.</summary>
    WithinNoise = 0,

    /// <summary>The second is lower than the first.</summary>
    Lower = 1,

    /// <summary>The second is higher than the first.</summary>
    Higher = 2,

    /// <summary>They differ by less than the tolerance, if at all.</summary>
    WithinTolerance = 3,
}
