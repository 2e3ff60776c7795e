using System.Collections.Immutable;

namespace DmaGrains.Grains.Storage;

/// <summary>The part of a <see cref="ChunkedMap{TKey,TItem}"/> in the grain's record: everything that is not in its chunks.</summary>
[GenerateSerializer, Immutable, Alias("dma.stored.ledger`2")]
public sealed record ChunkedMapRecord<TKey, TItem>
    where TItem : class
{
    /// <summary>The number of chunks; a chunk that is not stored is empty.</summary>
    [Id(0)]
    public int ChunkCount { get; init; }

    /// <summary>The changes since the chunks were written, at most one for each chunk and key.</summary>
    [Id(1)]
    public ImmutableArray<PendingChange<TKey, TItem>> Changes { get; init; } = [];
}
