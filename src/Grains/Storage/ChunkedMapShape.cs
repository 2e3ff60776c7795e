namespace DmaGrains.Grains.Storage;

/// <summary>How a <see cref="ChunkedMap{TKey,TItem}"/> is cut.</summary>
/// <param name="KeyOf">An item's key.</param>
/// <param name="WeightOf">What an item takes in a record, 1 or more; small items take 1.</param>
/// <param name="ChangedMax">Weight of changed items beyond which a chunk is written, 1 or more.</param>
/// <param name="GoneMax">Items gone beyond which a chunk is written, 1 or more; they take less room than others.</param>
/// <param name="ChunkMax">Weight at which a chunk takes no more items, 1 or more; it takes some again when it is half empty.</param>
internal sealed record ChunkedMapShape<TKey, TItem>(
    Func<TItem, TKey> KeyOf, Func<TItem, int> WeightOf, int ChangedMax, int GoneMax, int ChunkMax);
