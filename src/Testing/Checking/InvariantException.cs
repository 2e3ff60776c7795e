using System.Collections.Immutable;

namespace DmaGrains.Testing;

/// <summary>A cluster is not as it must always be.</summary>
/// <param name="findings">What is wrong, one line each, beginning with the board.</param>
public sealed class InvariantException(ImmutableArray<string> findings)
    : Exception($"{findings.Length} found:\n  {string.Join("\n  ", findings)}")
{
    /// <summary>What is wrong, one line each, beginning with the board.</summary>
    public ImmutableArray<string> Findings { get; } = findings;
}
