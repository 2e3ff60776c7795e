namespace DmaGrains.Storage;

/// <summary>A row of the state table.</summary>
/// <param name="Version">1 at the first write, one more at every change.</param>
/// <param name="Payload">What is stored (<see cref="SealedState"/>); null when the row is the answer to a change.</param>
public readonly record struct StoredState(long Version, byte[]? Payload)
{
    /// <summary>What a change answers.</summary>
    /// <param name="expected">The version that the row was at; null for none.</param>
    public static StoredState After(long? expected) => new((expected ?? 0) + 1, null);
}
