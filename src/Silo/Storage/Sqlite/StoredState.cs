namespace DmaGrains.Silo.Storage.Sqlite;

/// <summary>A row of the file.</summary>
/// <param name="Version">1 at the first write, one more at every change.</param>
/// <param name="Payload">The serialized state; null when it was cleared, or when the row is the answer to a change.</param>
internal readonly record struct StoredState(long Version, byte[]? Payload);
