using System.Collections.Concurrent;
using Orleans.Storage;

namespace DmaGrains.Grains.Tests;

/// <summary>Storage in memory that keeps bytes, as a real one does, and fails writes on demand: a fault that cannot be had otherwise.</summary>
public sealed class FaultyStorage(IGrainStorageSerializer serializer) : IGrainStorage
{
    private readonly ConcurrentDictionary<string, (byte[] Bytes, string ETag)> _states = new();
    private readonly ConcurrentDictionary<string, (int Count, bool AfterWriting)> _faults = new();
    private readonly ConcurrentDictionary<string, int> _writes = new();
    private int _nextETag;

    /// <summary>Makes the next writes of a state fail.</summary>
    /// <param name="stateName">Such as <c>buffer</c>.</param>
    /// <param name="key">The grain's key.</param>
    /// <param name="afterWriting">Whether the write lands all the same, as when only the answer is lost.</param>
    public void FailNextWrite(string stateName, string key, bool afterWriting = false) =>
        _faults[$"{stateName}|{key}"] = (1, afterWriting);

    /// <summary>Writes of a state that landed.</summary>
    public int WriteCount(string stateName, string key) => _writes.GetValueOrDefault($"{stateName}|{key}");

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (_states.TryGetValue($"{stateName}|{grainId}", out var kept))
        {
            grainState.State = serializer.Deserialize<T>(kept.Bytes);
            grainState.ETag = kept.ETag;
            grainState.RecordExists = true;
        }

        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var fails = _faults.TryRemove($"{stateName}|{grainId.Key}", out var fault);
        if (fails && !fault.AfterWriting)
        {
            throw new IOException("The disk is full.");
        }

        var id = $"{stateName}|{grainId}";
        var current = _states.TryGetValue(id, out var kept) ? kept.ETag : null;
        if (current != grainState.ETag)
        {
            throw new InconsistentStateException("Another write came first.", current ?? string.Empty, grainState.ETag ?? string.Empty);
        }

        var eTag = Interlocked.Increment(ref _nextETag).ToString(System.Globalization.CultureInfo.InvariantCulture);
        _states[id] = (serializer.Serialize(grainState.State).ToArray(), eTag);
        _writes.AddOrUpdate($"{stateName}|{grainId.Key}", 1, (_, count) => count + 1);
        if (fails)
        {
            throw new IOException("The connection was lost.");
        }

        grainState.ETag = eTag;
        grainState.RecordExists = true;
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        _states.TryRemove($"{stateName}|{grainId}", out _);
        grainState.RecordExists = false;
        return Task.CompletedTask;
    }
}
