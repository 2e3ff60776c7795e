namespace DmaGrains.Grains.Storage;

/// <summary>The limits of a <see cref="ChunkedMap{TKey,TItem}"/>'s chunks.</summary>
/// <param name="KeyOf">An item's key.</param>
/// <param name="WeightOf">An item's weight, 1 or more; small items weigh 1.</param>
/// <param name="ChangedMax">The weight of changed items beyond which a chunk is written, 1 or more.</param>
/// <param name="GoneMax">The number of removed items beyond which a chunk is written, 1 or more; they take less space than changed ones.</param>
/// <param name="ChunkMax">The weight at which a chunk is full, 1 or more; it takes items again when it is half empty.</param>
internal sealed record ChunkedMapShape<TKey, TItem>(
    Func<TItem, TKey> KeyOf, Func<TItem, int> WeightOf, int ChangedMax, int GoneMax, int ChunkMax);
