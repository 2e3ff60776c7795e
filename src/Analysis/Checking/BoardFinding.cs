namespace DmaGrains.Analysis.Checking;

/// <summary>A broken invariant of a board.</summary>
/// <param name="Kind">What is wrong.</param>
/// <param name="Buffer">The buffer at fault, or null.</param>
/// <param name="Reason">What was found, with numbers.</param>
public sealed record BoardFinding(FindingKind Kind, string? Buffer, string Reason)
{
    /// <summary>The generation of the buffer that was seen: a finding about a later buffer of the same name is another one.</summary>
    internal uint? Generation { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Buffer is null ? Reason : $"{Buffer}: {Reason}";
}
