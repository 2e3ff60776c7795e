namespace DmaGrains.Experiments.Statistics;

/// <summary>Two cases compared by one measure, repetition by repetition: both had the same random numbers.</summary>
/// <param name="First">The first case's index.</param>
/// <param name="Second">The second case's index.</param>
/// <param name="Difference">Second minus first, with its interval.</param>
/// <param name="Verdict">What it says.</param>
public sealed record Comparison(int First, int Second, Interval Difference, Verdict Verdict)
{
    /// <summary>Whether there is an answer: a difference, or that it is too small to matter.</summary>
    public bool IsDecided => Verdict != Verdict.WithinNoise;
}
