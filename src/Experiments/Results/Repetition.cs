using System.Collections.Immutable;

namespace DmaGrains.Experiments.Results;

/// <summary>What one repetition of a case came to, over all its boards.</summary>
/// <param name="Case">The case's index.</param>
/// <param name="Index">Which repetition, from 0. The same index has the same arrivals, sizes and lifetimes in every case.</param>
/// <param name="VirtualNanoseconds">How long it was in virtual time, warm-up included.</param>
/// <param name="Commands">Commands that were carried out or refused, of all boards, warm-up included.</param>
/// <param name="Measures">One number for each measure, by name.</param>
public sealed record Repetition(
    int Case, int Index, ulong VirtualNanoseconds, ulong Commands, ImmutableSortedDictionary<string, double> Measures);
