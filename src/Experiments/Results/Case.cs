using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace DmaGrains.Experiments.Results;

/// <summary>One combination of the values of an experiment's matrix.</summary>
/// <param name="Index">From 0, in the order of the matrix; the last key changes fastest.</param>
/// <param name="Values">One for each key of the matrix, in its order; empty when there is no matrix.</param>
[SuppressMessage("Naming", "CA1716", Justification = "A case is what it is; only Visual Basic and C# keywords are in the way.")]
public sealed record Case(int Index, ImmutableArray<CaseValue> Values);

/// <summary>The value of a key of the matrix in a case.</summary>
/// <param name="Key">The key, such as <c>policy</c>.</param>
/// <param name="Value">The value as the file writes it, such as <c>refuse</c>.</param>
public sealed record CaseValue(string Key, string Value);
