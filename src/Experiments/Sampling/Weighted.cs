namespace DmaGrains.Experiments.Sampling;

/// <summary>A value and how often it is chosen.</summary>
/// <param name="Value">The value.</param>
/// <param name="Weight">Its share, in proportion to the sum of all weights; at least 0.</param>
/// <typeparam name="T">What is chosen.</typeparam>
public readonly record struct Weighted<T>(T Value, double Weight);
