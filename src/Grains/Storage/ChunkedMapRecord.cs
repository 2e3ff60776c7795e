using System.Collections.Immutable;

namespace DmaGrains.Grains.Storage;

/// <summary>The part of a <see cref="ChunkedMap{TKey,TItem}"/> in a grain's own record: everything that is not in its chunks.</summary>
[GenerateSerializer, Immutable, Alias("dma.stored.ledger`2")]
public sealed record ChunkedMapRecord<TKey, TItem>
    where TItem : class
{
    /// <summary>Chunks that may be in storage; one that is not is empty.</summary>
    [Id(0)]
    public int ChunkCount { get; init; }

    /// <summary>What has changed since the chunks were written, at most one change for each chunk and key.</summary>
    [Id(1)]
    public ImmutableArray<PendingChange<TKey, TItem>> Changes { get; init; } = [];
}
