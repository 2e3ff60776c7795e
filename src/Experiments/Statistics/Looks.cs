namespace DmaGrains.Experiments.Statistics;

/// <summary>How often the results are evaluated to decide whether to continue.</summary>
public enum Looks
{
    /// <summary>Once, at the end: the number of repetitions was fixed beforehand.</summary>
    Once = 0,

    /// <summary>After each repetition: the run ends when the answer is clear.</summary>
    Often = 1,
}
