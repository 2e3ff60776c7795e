using System.Collections.Immutable;
using DmaGrains.Storage;

namespace DmaGrains.Testing;

/// <summary>A stored state or journal and its writes.</summary>
/// <param name="Bytes">The state's bytes; null when it was cleared or never written, and for a journal.</param>
/// <param name="ETag">The state's version; null when it was never written.</param>
/// <param name="WriteCount">How many writes were stored.</param>
/// <param name="LargestWrite">Size in bytes of the largest write since that was last read.</param>
internal readonly record struct StoredBytes(byte[]? Bytes, string? ETag, int WriteCount, int LargestWrite)
{
    /// <summary>The journal's last snapshot and the entries after it.</summary>
    public ImmutableArray<JournalRow> Rows { get => field.IsDefault ? [] : field; init; }
}
