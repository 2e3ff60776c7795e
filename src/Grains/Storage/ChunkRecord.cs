using System.Collections.Immutable;

namespace DmaGrains.Grains.Storage;

/// <summary>The stored state of one chunk of a <see cref="ChunkedMap{TKey,TItem}"/>.</summary>
[GenerateSerializer, Alias("dma.stored.chunk`1")]
public sealed class ChunkRecord<TItem>
{
    /// <summary>The items as they were when the chunk was written.</summary>
    [Id(0)]
    public ImmutableArray<TItem> Items { get; init; } = [];
}
