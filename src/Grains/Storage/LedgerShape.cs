namespace DmaGrains.Grains.Storage;

/// <summary>How a <see cref="Ledger{TKey,TItem}"/> is cut.</summary>
/// <param name="KeyOf">An item's key.</param>
/// <param name="WeightOf">What an item takes in a record, 1 or more; small items take 1.</param>
/// <param name="ChangesMax">Weight of changes beyond which a chunk is written, 1 or more.</param>
/// <param name="ChunkMax">Weight at which a chunk takes no more items, 1 or more.</param>
internal sealed record LedgerShape<TKey, TItem>(
    Func<TItem, TKey> KeyOf, Func<TItem, int> WeightOf, int ChangesMax, int ChunkMax);
