namespace DmaGrains.Experiments.Sampling;

/// <summary>What is wrong with a distribution or an arrival process.</summary>
/// <param name="Field">The parameter, as experiment files write it.</param>
/// <param name="Expected">A phrase that continues "expected".</param>
public readonly record struct Misfit(string Field, string Expected);
