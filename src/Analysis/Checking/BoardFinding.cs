namespace DmaGrains.Analysis.Checking;

/// <summary>A broken invariant of a board.</summary>
/// <param name="Kind">What is wrong.</param>
/// <param name="Buffer">The buffer at fault, or null.</param>
/// <param name="Reason">What was found, with numbers.</param>
public sealed record BoardFinding(FindingKind Kind, string? Buffer, string Reason)
{
    /// <inheritdoc/>
    public override string ToString() => Buffer is null ? Reason : $"{Buffer}: {Reason}";
}
