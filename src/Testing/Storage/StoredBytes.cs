namespace DmaGrains.Testing;

/// <summary>A stored state and its writes.</summary>
/// <param name="Bytes">Its bytes; null when it was cleared or never written.</param>
/// <param name="ETag">Its version; null when it was never written.</param>
/// <param name="WriteCount">How many writes were stored.</param>
/// <param name="LargestWrite">Size in bytes of the largest write since that was last read.</param>
internal readonly record struct StoredBytes(byte[]? Bytes, string? ETag, int WriteCount, int LargestWrite);
