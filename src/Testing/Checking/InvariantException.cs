using System.Collections.Immutable;

namespace DmaGrains.Testing;

/// <summary>An invariant of a cluster does not hold.</summary>
/// <param name="findings">What is wrong, one line each, starting with the board.</param>
public sealed class InvariantException(ImmutableArray<string> findings)
    : Exception($"{findings.Length} found:\n  {string.Join("\n  ", findings)}")
{
    /// <summary>What is wrong, one line each, starting with the board.</summary>
    public ImmutableArray<string> Findings { get; } = findings;
}
