namespace DmaGrains.Grains.Storage;

/// <summary>A change of an item since its chunk was written.</summary>
/// <param name="Chunk">The chunk that it belongs to, from 0.</param>
/// <param name="Key">The item's key.</param>
/// <param name="Item">The item as it is now; null when it was removed.</param>
[GenerateSerializer, Immutable, Alias("dma.stored.change`2")]
public readonly record struct PendingChange<TKey, TItem>(int Chunk, TKey Key, TItem? Item)
    where TItem : class;
