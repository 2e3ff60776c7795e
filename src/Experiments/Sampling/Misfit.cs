namespace DmaGrains.Experiments.Sampling;

/// <summary>Why a distribution or an arrival process does not exist.</summary>
/// <param name="Field">The parameter, as experiment files write it.</param>
/// <param name="Expected">What was expected instead: a phrase that goes on after "expected".</param>
public readonly record struct Misfit(string Field, string Expected);
