namespace DmaGrains.Storage;

/// <summary>A row of the state table.</summary>
/// <param name="Version">1 at the first write, incremented by every change.</param>
/// <param name="Payload">The stored bytes (<see cref="SealedState"/>); null in the result of a change.</param>
public readonly record struct StoredState(long Version, byte[]? Payload)
{
    /// <summary>The result of a change.</summary>
    /// <param name="expected">The version at which the row was; null for none.</param>
    public static StoredState After(long? expected) => new((expected ?? 0) + 1, null);
}
