using System.Collections.Immutable;
using Orleans.Core;
using Orleans.Storage;

namespace DmaGrains.Grains.Storage;

/// <summary>Reads and writes the chunks of a grain's <see cref="ChunkedMap{TKey,TItem}"/>.</summary>
/// <param name="shape">How it is cut.</param>
/// <param name="stateOf">A state of the grain, by chunk number.</param>
/// <param name="dropActivation">The grain's DeactivateOnIdle.</param>
/// <remarks>
/// For every chunk that may be written next, the store knows the version from the last read or write of the grain's record: for those that
/// the record counts, and for the next one. So an outdated activation cannot overwrite a chunk that was written since.
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
    /// <param name="state">The grain's state, which has been read.</param>
    /// <param name="recordOf">The map's record in that state.</param>
    public async Task<ChunkedMap<TKey, TItem>> ReadAsync(IStorage state, Func<ChunkedMapRecord<TKey, TItem>> recordOf)
    {
        for (var attempt = 0; attempt < AttemptsMax; attempt++)
        {
            var (version, record) = (state.Etag, recordOf());
            var chunks = await ReadChunksAsync(record.ChunkCount);

            // Reading the record again shows whether the chunks match it.
            await state.ReadStateAsync();
            if (state.Etag == version)
            {
                return ChunkedMap<TKey, TItem>.Of(shape, record, chunks);
            }
        }

        throw new InconsistentStateException("Another activation writes the chunks while this one reads them.");
    }

    /// <summary>An empty map; chunks of an earlier map no longer count once the grain's record is written.</summary>
    public async Task<ChunkedMap<TKey, TItem>> CreateAsync() =>
        ChunkedMap<TKey, TItem>.Of(shape, new(), await ReadChunksAsync(0));

    /// <summary>Writes chunks until there is room for changes; the grain's record must be written next, with the returned map.</summary>
    /// <remarks>
    /// Chunks get only changes that the stored record has already, so at most one new chunk is written: the record does not count others
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
        // After the first write of a chunk the record counts it, so the next one may be written.
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
