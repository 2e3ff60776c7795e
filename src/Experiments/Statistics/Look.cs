using System.Collections.Immutable;

namespace DmaGrains.Experiments.Statistics;

/// <summary>What one look at the repetitions so far says.</summary>
/// <param name="Comparisons">One for each pair.</param>
/// <param name="IsEnough">Whether to stop: all pairs are decided, or there may be no more repetitions.</param>
public sealed record Look(ImmutableArray<Comparison> Comparisons, bool IsEnough);
