namespace DmaGrains.Analysis.Checking;

/// <summary>Something on a board that must never be.</summary>
/// <param name="Kind">What is wrong.</param>
/// <param name="Buffer">The buffer at fault; null when it is nobody's.</param>
/// <param name="Reason">What was found, with numbers.</param>
public sealed record BoardFinding(FindingKind Kind, string? Buffer, string Reason)
{
    /// <inheritdoc/>
    public override string ToString() => Buffer is null ? Reason : $"{Buffer}: {Reason}";
}
