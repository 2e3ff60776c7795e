using System.Collections.Immutable;
using Orleans.Core;
using Orleans.Storage;

namespace DmaGrains.Grains.Storage;

/// <summary>Reads and writes the chunks of a grain's <see cref="ChunkedMap{TKey,TItem}"/>.</summary>
/// <param name="shape">How it is cut.</param>
/// <param name="stateOf">A state of the grain, by the number of the chunk that it has.</param>
/// <param name="dropActivation">The grain's DeactivateOnIdle.</param>
/// <remarks>
/// Of every chunk that may be written next, the version is known as it was when the grain's record was last read or written: of those
/// that the record counts, and of the one behind them. So an activation that was left behind writes none that has been written since.
/// </remarks>
internal sealed class ChunkedMapStore<TKey, TItem>(
    ChunkedMapShape<TKey, TItem> shape, Func<int, IStorage<ChunkRecord<TItem>>> stateOf, Action dropActivation)
    where TKey : IEquatable<TKey>
    where TItem : class
{
    private const int ReadsAtOnce = 16;
    private const int AttemptsMax = 4;

    private readonly Dictionary<int, IStorage<ChunkRecord<TItem>>> _chunks = [];

    /// <summary>Reads all chunks that the grain's record counts.</summary>
    /// <param name="state">The state that the record is in; it has been read.</param>
    /// <param name="recordOf">The record in it.</param>
    public async Task<ChunkedMap<TKey, TItem>> ReadAsync(IStorage state, Func<ChunkedMapRecord<TKey, TItem>> recordOf)
    {
        for (var attempt = 0; attempt < AttemptsMax; attempt++)
        {
            var (version, record) = (state.Etag, recordOf());
            var chunks = await ReadChunksAsync(record.ChunkCount);

            // Nobody has written the record meanwhile: the chunks are those that it speaks of.
            await state.ReadStateAsync();
            if (state.Etag == version)
            {
                return ChunkedMap<TKey, TItem>.Of(shape, record, chunks);
            }
        }

        throw new InconsistentStateException("Another activation writes the chunks while this one reads them.");
    }

    /// <summary>An empty map; chunks that an earlier one has left count no more once the grain's record is written with this.</summary>
    public async Task<ChunkedMap<TKey, TItem>> CreateAsync() =>
        ChunkedMap<TKey, TItem>.Of(shape, new(), await ReadChunksAsync(0));

    /// <summary>Writes chunks until there is room for changes; the grain's record is to be written next, with what this gives.</summary>
    /// <remarks>
    /// Chunks are given what the grain's record in storage says already, so one new chunk at most: the record does not count others
    /// yet. A failed write drops the activation.
    /// </remarks>
    public async ValueTask<ChunkedMap<TKey, TItem>> MakeRoomAsync(ChunkedMap<TKey, TItem> map)
    {
        var counted = map.StoredCount;
        while (map.IsFull && map.FullestChunk is var chunk && chunk <= counted)
        {
            var items = map.ItemsOf(chunk).ToImmutableArray();
            try
            {
                await WriteAsync(chunk, items);
            }
            catch
            {
                dropActivation();
                throw;
            }

            map = map.Written(chunk, items);
        }

        return map;
    }

    private async Task<ImmutableArray<ImmutableArray<TItem>>> ReadChunksAsync(int count)
    {
        _chunks.Clear();
        foreach (var some in Enumerable.Range(0, count + 1).Chunk(ReadsAtOnce))
        {
            var states = some.Select(chunk => _chunks[chunk] = stateOf(chunk)).ToList();
            await Task.WhenAll(states.Select(state => state.ReadStateAsync()));
        }

        return [.. Enumerable.Range(0, count).Select(chunk => _chunks[chunk].State.Items)];
    }

    private async Task WriteAsync(int chunk, ImmutableArray<TItem> items)
    {
        // The first write of a chunk makes the record count it: from then on the one behind it may be written.
        if (!_chunks.ContainsKey(chunk + 1))
        {
            var next = stateOf(chunk + 1);
            await next.ReadStateAsync();
            _chunks[chunk + 1] = next;
        }

        _chunks[chunk].State = new() { Items = items };
        await _chunks[chunk].WriteStateAsync();
    }
}
