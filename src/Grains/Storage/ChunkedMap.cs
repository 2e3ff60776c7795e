using System.Collections.Immutable;
using DmaGrains.Model;

namespace DmaGrains.Grains.Storage;

/// <summary>
/// Many items of one grain, stored so that a command writes few of them. Items lie in chunks, each a stored state of its own; the grain's
/// record has the changes that are not in the chunks yet. Immutable: every change gives a new map.
/// </summary>
/// <remarks>
/// The stored value is the chunks with the changes applied on top. A command writes only the grain's record, so it is atomic, and the
/// record's version keeps two activations from both writing. When there are many changes, chunks are written first, with changes that the
/// record already has, and the next command's record omits these. If anything fails in between, the changes are still in the record, and
/// applying them to the new chunks changes nothing. The record alone determines which chunks are written, and in which order. So when an
/// outdated activation tries to write a chunk, another activation that went on from the same record has written it already: the outdated
/// one meets another version, or writes the same content. A chunk that the record does not count yet is treated as empty, whatever is
/// stored; such chunks are first written in order, so that none is counted with leftovers.
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

    /// <summary>The number of chunks in the grain's record after the next write.</summary>
    public int StoredCount { get; }

    /// <summary>Whether a chunk must be written before the next change.</summary>
    public bool IsFull => HasTooManyChanged || _goneCount > _shape.GoneMax;

    private bool HasTooManyChanged => _changedWeight > _shape.ChangedMax;

    /// <summary>All items, in no order.</summary>
    public IEnumerable<TItem> Items => Enumerable.Range(0, _chunks.Count).SelectMany(ItemsOf);

    /// <summary>
    /// The chunk to write next: among those that may be written, the one with the largest weight of changes, or with the most removed items
    /// if only these are too many.
    /// </summary>
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

    /// <summary>Restores a stored map.</summary>
    /// <param name="shape">The limits of its chunks.</param>
    /// <param name="record">Its part in the grain's record.</param>
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
    /// Adds or changes an item. A new chunk is begun when none is half empty, so new items go to one chunk for a while, and one write of it
    /// covers many.
    /// </summary>
    public ChunkedMap<TKey, TItem> With(TItem item)
    {
        var key = _shape.KeyOf(item);
        if (_places.TryGetValue(key, out var chunk))
        {
            // An item that has grown moves to another chunk when its own has no room for it.
            return _chunks[chunk].Weight - WeightIn(chunk, key) < _shape.ChunkMax
                ? Changed(chunk, key, item, _places)
                : Without(key).With(item);
        }

        chunk = _withRoom.IsEmpty ? _chunks.Count : _withRoom.Min;
        return Changed(chunk, key, item, _places.Add(key, chunk));
    }

    /// <summary>Removes an item; the same map when there is none of that key.</summary>
    public ChunkedMap<TKey, TItem> Without(TKey key) =>
        _places.TryGetValue(key, out var chunk) ? Changed(chunk, key, null, _places.Remove(key)) : this;

    /// <summary>The map after a chunk was written with <see cref="ItemsOf"/>: the record no longer needs its changes.</summary>
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

    /// <summary>The map's part in the grain's record.</summary>
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

    /// <summary>Computes the places and weights from chunks and changes.</summary>
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
                // Add throws when a key has two places.
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
