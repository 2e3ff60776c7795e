using System.Collections.Immutable;

namespace DmaGrains.Experiments.Results;

/// <summary>The results of one repetition of a case, over all its boards.</summary>
/// <param name="Case">The case's index.</param>
/// <param name="Index">The index, from 0. Repetitions of the same index have the same arrivals, sizes and lifetimes in every case.</param>
/// <param name="VirtualNanoseconds">How long it was in virtual time, warm-up included.</param>
/// <param name="Commands">Commands that were carried out or refused, of all boards, warm-up included.</param>
/// <param name="Measures">The value of each measure, by name.</param>
public sealed record Repetition(
    int Case, int Index, ulong VirtualNanoseconds, ulong Commands, ImmutableSortedDictionary<string, double> Measures);
