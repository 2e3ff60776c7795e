using System.Collections.Immutable;

namespace DmaGrains.Storage;

/// <summary>A journal as one state.</summary>
[GenerateSerializer, Alias("dma.stored.journal")]
public sealed class StoredJournal
{
    /// <summary>The last snapshot; null when nothing was written.</summary>
    [Id(0)]
    public byte[]? Snapshot { get; init; }

    /// <summary>The entries after it, oldest first.</summary>
    [Id(1)]
    public ImmutableArray<byte[]> Entries { get; init; } = [];
}
