namespace DmaGrains.Testing;

/// <summary>A stored state, and what was written of it.</summary>
/// <param name="Bytes">Null when it was cleared, or never written.</param>
/// <param name="ETag">Its version; null when it was never written.</param>
/// <param name="WriteCount">Writes that landed.</param>
/// <param name="LargestWrite">Bytes of the largest since that was last asked.</param>
internal readonly record struct StoredBytes(byte[]? Bytes, string? ETag, int WriteCount, int LargestWrite);
