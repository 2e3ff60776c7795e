using System.Collections.Immutable;
using DmaGrains.Model;

namespace DmaGrains.Grains.Storage;

/// <summary>
/// Many items of one grain, stored so that a command writes few of them: each item has a place in a chunk, a state of its own, and the
/// grain's record has the changes that no chunk has yet. Immutable; every change gives a new one.
/// </summary>
/// <remarks>
/// What is kept are the chunks with the changes laid over them. A command writes the grain's record and nothing else, so it happens
/// or not, and two activations that both believe to be the one cannot both write: the record's version stands in the way. When there
/// are many changes, chunks are written first, with what the record says already, and the next command's record leaves their changes
/// out. Whatever fails in between, the changes are still in the record, and laid over the new chunks they change nothing.
/// Which chunks are written, and in which order, follows from the record alone. So whoever goes on from a record has written those
/// that another activation, left behind at that record, may still want to write: it finds another version there, or writes what is
/// there already.
/// A chunk that the record does not count yet has nothing that counts, whatever storage has of it; such chunks are first written in
/// order, so that none is counted with leftovers.
/// </remarks>
internal sealed class ChunkedMap<TKey, TItem>
    where TKey : IEquatable<TKey>
    where TItem : class
{
    private readonly ChunkedMapShape<TKey, TItem> _shape;
    private readonly ImmutableList<Chunk> _chunks;
    private readonly ImmutableSortedSet<int> _withRoom;
    private readonly ImmutableDictionary<TKey, int> _places;
    private readonly ImmutableArray<PendingChange<TKey, TItem>> _changes;
    private readonly int _changedWeight;
    private readonly int _goneCount;

    private ChunkedMap(
        ChunkedMapShape<TKey, TItem> shape,
        int storedCount,
        ImmutableList<Chunk> chunks,
        ImmutableSortedSet<int> withRoom,
        ImmutableDictionary<TKey, int> places,
        ImmutableArray<PendingChange<TKey, TItem>> changes)
    {
        _shape = shape;
        StoredCount = storedCount;
        _chunks = chunks;
        _withRoom = withRoom;
        _places = places;
        _changes = changes;
        foreach (var change in changes)
        {
            _changedWeight += WeightOf(change.Item);
            _goneCount += change.Item is null ? 1 : 0;
        }
    }

    /// <summary>Chunks that the grain's record counts once it is written with this.</summary>
    public int StoredCount { get; }

    /// <summary>Whether a chunk is to be written before the next change.</summary>
    public bool IsFull => HasTooManyChanged || _goneCount > _shape.GoneMax;

    private bool HasTooManyChanged => _changedWeight > _shape.ChangedMax;

    /// <summary>All items, in no order.</summary>
    public IEnumerable<TItem> Items => Enumerable.Range(0, _chunks.Count).SelectMany(ItemsOf);

    /// <summary>The chunk to write next: of those that may be written, the one with most of what there is too much of.</summary>
    public int FullestChunk
    {
        get
        {
            var last = Math.Min(StoredCount, _chunks.Count - 1);
            var weights = new int[last + 1];
            foreach (var change in _changes.Where(change => change.Chunk <= last))
            {
                weights[change.Chunk] += HasTooManyChanged ? WeightOf(change.Item) : change.Item is null ? 1 : 0;
            }

            return weights.IndexOf(weights.Max());
        }
    }

    /// <summary>The map as it was stored.</summary>
    /// <param name="shape">How it is cut.</param>
    /// <param name="record">What the grain's record has of it.</param>
    /// <param name="chunks">The chunks that the record counts.</param>
    public static ChunkedMap<TKey, TItem> Of(
        ChunkedMapShape<TKey, TItem> shape, ChunkedMapRecord<TKey, TItem> record, ImmutableArray<ImmutableArray<TItem>> chunks)
    {
        Invariant.Holds(chunks.Length == record.ChunkCount);
        var count = record.Changes.Aggregate(chunks.Length, (most, change) => Math.Max(most, change.Chunk + 1));
        var map = new ChunkedMap<TKey, TItem>(
            shape,
            chunks.Length,
            [.. Enumerable.Range(0, count).Select(index => new Chunk(index < chunks.Length ? chunks[index] : [], 0))],
            [],
            ImmutableDictionary<TKey, int>.Empty,
            record.Changes);
        return map.Weighed();
    }

    /// <summary>The items of a chunk as they are now.</summary>
    public IEnumerable<TItem> ItemsOf(int chunk)
    {
        var changes = _changes.Where(change => change.Chunk == chunk).ToList();
        var unchanged = changes.Count == 0
            ? _chunks[chunk].Stored
            : _chunks[chunk].Stored.Where(item => !changes.Exists(change => change.Key.Equals(_shape.KeyOf(item))));
        return unchanged.Concat(changes.Where(change => change.Item is not null).Select(change => change.Item!));
    }

    /// <summary>
    /// With an item, new or changed. A new chunk is begun when none is half empty: so new items go to one chunk for a while, and one
    /// write of it does for many.
    /// </summary>
    public ChunkedMap<TKey, TItem> With(TItem item)
    {
        var key = _shape.KeyOf(item);
        if (_places.TryGetValue(key, out var chunk))
        {
            // One that has grown moves out where it leaves no room for others.
            return _chunks[chunk].Weight - WeightIn(chunk, key) < _shape.ChunkMax
                ? Changed(chunk, key, item, _places)
                : Without(key).With(item);
        }

        chunk = _withRoom.IsEmpty ? _chunks.Count : _withRoom.Min;
        return Changed(chunk, key, item, _places.Add(key, chunk));
    }

    /// <summary>Without an item; the same when there is none of that key.</summary>
    public ChunkedMap<TKey, TItem> Without(TKey key) =>
        _places.TryGetValue(key, out var chunk) ? Changed(chunk, key, null, _places.Remove(key)) : this;

    /// <summary>Now that a chunk has been written with <see cref="ItemsOf"/>: its changes are the chunk's own.</summary>
    public ChunkedMap<TKey, TItem> Written(int chunk, ImmutableArray<TItem> items)
    {
        Invariant.Holds(chunk <= StoredCount);
        return new(
            _shape,
            Math.Max(StoredCount, chunk + 1),
            _chunks.SetItem(chunk, _chunks[chunk] with { Stored = items }),
            _withRoom,
            _places,
            [.. _changes.Where(change => change.Chunk != chunk)]);
    }

    /// <summary>What the grain's record is to have of it.</summary>
    public ChunkedMapRecord<TKey, TItem> ToRecord() => new() { ChunkCount = StoredCount, Changes = _changes };

    private ChunkedMap<TKey, TItem> Changed(int chunk, TKey key, TItem? item, ImmutableDictionary<TKey, int> places)
    {
        var chunks = chunk < _chunks.Count ? _chunks : _chunks.Add(new([], 0));
        var weight = chunks[chunk].Weight - WeightIn(chunk, key) + WeightOf(item);
        var index = IndexOf(chunk, key);
        var change = new PendingChange<TKey, TItem>(chunk, key, item);
        var isUndone = item is null && !chunks[chunk].Stored.Any(stored => _shape.KeyOf(stored).Equals(key));
        return new(
            _shape,
            StoredCount,
            chunks.SetItem(chunk, chunks[chunk] with { Weight = weight }),
            IsHalfEmpty(weight) ? _withRoom.Add(chunk) : weight < _shape.ChunkMax ? _withRoom : _withRoom.Remove(chunk),
            places,
            isUndone ? _changes.RemoveAt(index) : index < 0 ? _changes.Add(change) : _changes.SetItem(index, change));
    }

    /// <summary>With the places and weights that follow from chunks and changes.</summary>
    private ChunkedMap<TKey, TItem> Weighed()
    {
        var chunks = _chunks.ToBuilder();
        var withRoom = ImmutableSortedSet.CreateBuilder<int>();
        var places = ImmutableDictionary.CreateBuilder<TKey, int>();
        for (var index = 0; index < chunks.Count; index++)
        {
            var weight = 0;
            foreach (var item in ItemsOf(index))
            {
                // Throws when a key has two places.
                places.Add(_shape.KeyOf(item), index);
                weight += _shape.WeightOf(item);
            }

            chunks[index] = chunks[index] with { Weight = weight };
            if (IsHalfEmpty(weight))
            {
                withRoom.Add(index);
            }
        }

        return new(_shape, StoredCount, chunks.ToImmutable(), withRoom.ToImmutable(), places.ToImmutable(), _changes);
    }

    private int WeightIn(int chunk, TKey key)
    {
        if (!_places.TryGetValue(key, out var place) || place != chunk)
        {
            return 0;
        }

        var index = IndexOf(chunk, key);
        var item = index >= 0
            ? _changes[index].Item!
            : _chunks[chunk].Stored.First(stored => _shape.KeyOf(stored).Equals(key));
        return _shape.WeightOf(item);
    }

    private int IndexOf(int chunk, TKey key)
    {
        for (var index = 0; index < _changes.Length; index++)
        {
            if (_changes[index].Chunk == chunk && _changes[index].Key.Equals(key))
            {
                return index;
            }
        }

        return -1;
    }

    private bool IsHalfEmpty(int weight) => weight * 2 <= _shape.ChunkMax;

    private int WeightOf(TItem? item) => item is null ? 0 : _shape.WeightOf(item);

    private sealed record Chunk(ImmutableArray<TItem> Stored, int Weight);
}
