using System.Collections.Immutable;
using DmaGrains.Grains.Storage;

namespace DmaGrains.Grains.Tests.Storage;

/// <summary>A grain's record and its chunks in a storage that takes a write only from who has seen the last one.</summary>
internal sealed class VersionedStates
{
    private const string Record = "record";

    private readonly Dictionary<string, (object State, int Version)> _states = [];

    /// <summary>Versions that landed.</summary>
    public int WriteCount { get; private set; }

    /// <summary>The record as it is now.</summary>
    public ChunkedMapRecord<string, string> Now => Read<ChunkedMapRecord<string, string>>(Record).State ?? new();

    /// <summary>The name that a chunk has.</summary>
    public static string NameOf(int chunk) => $"chunk {chunk}";

    public (T? State, int Version) Read<T>(string name) =>
        _states.TryGetValue(name, out var kept) ? ((T)kept.State, kept.Version) : (default, 0);

    public bool TryWrite(string name, object state, int version)
    {
        if (version != Read<object>(name).Version)
        {
            return false;
        }

        WriteCount++;
        _states[name] = (state, version + 1);
        return true;
    }

    /// <summary>The chunk's items as they are now.</summary>
    public ImmutableArray<string> ChunkNow(int chunk) => Read<ChunkRecord<string>>(NameOf(chunk)).State?.Items ?? [];

    /// <summary>What the states say, as one who reads them all now sees it.</summary>
    public ChunkedMap<string, string> LedgerNow(ChunkedMapShape<string, string> shape) =>
        ChunkedMap<string, string>.Of(shape, Now, [.. Enumerable.Range(0, Now.ChunkCount).Select(ChunkNow)]);

    /// <summary>The record, as one activation sees it.</summary>
    public VersionedState<ChunkedMapRecord<string, string>> OpenRecord(Gate gate) => new(this, Record, gate);

    /// <summary>A chunk, as one activation sees it.</summary>
    public VersionedState<ChunkRecord<string>> OpenChunk(int chunk, Gate gate) => new(this, NameOf(chunk), gate);
}
