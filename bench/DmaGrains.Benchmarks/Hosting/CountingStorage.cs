using System.Collections.Concurrent;
using Orleans.Storage;

namespace DmaGrains.Benchmarks.Hosting;

/// <summary>Keeps bytes in this process, and counts what is written.</summary>
/// <param name="serializer">Serializes states.</param>
/// <param name="journals">The journals beside them.</param>
internal sealed class CountingStorage(IGrainStorageSerializer serializer, CountingJournals journals) : IGrainStorage
{
    private readonly ConcurrentDictionary<(string, GrainId), (BinaryData Bytes, string ETag)> _states = new();
    private readonly ConcurrentDictionary<string, (int Writes, long Bytes)> _written = new();
    private int _nextETag;

    /// <summary>States that are kept, and their bytes.</summary>
    public (int States, long Bytes) Kept => (
        _states.Count + journals.Kept.Journals, _states.Values.Sum(kept => (long)kept.Bytes.ToMemory().Length) + journals.Kept.Bytes);

    /// <summary>What was written since this was last asked, by state: <c>buffer</c>, <c>memory</c>, <c>allocations</c> and so on.</summary>
    public SortedDictionary<string, (int Writes, long Bytes)> Take()
    {
        var taken = new SortedDictionary<string, (int Writes, long Bytes)>(_written, StringComparer.Ordinal);
        _written.Clear();
        if (journals.Take() is { Writes: > 0 } buffers)
        {
            taken["buffer"] = buffers;
        }

        return taken;
    }

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (_states.TryGetValue((stateName, grainId), out var kept))
        {
            grainState.State = serializer.Deserialize<T>(kept.Bytes);
            grainState.ETag = kept.ETag;
            grainState.RecordExists = true;
        }

        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var bytes = serializer.Serialize(grainState.State);
        grainState.ETag = Interlocked.Increment(ref _nextETag).ToString(System.Globalization.CultureInfo.InvariantCulture);
        grainState.RecordExists = true;
        _states[(stateName, grainId)] = (bytes, grainState.ETag);
        var name = stateName.Split('.')[0];
        _written.AddOrUpdate(
            name, (1, bytes.ToMemory().Length), (_, before) => (before.Writes + 1, before.Bytes + bytes.ToMemory().Length));
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        _states.TryRemove((stateName, grainId), out _);
        grainState.RecordExists = false;
        return Task.CompletedTask;
    }
}
