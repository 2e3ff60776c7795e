using System.Collections.Concurrent;
using Orleans.Storage;

namespace DmaGrains.Grains.Tests;

/// <summary>Storage in memory that keeps bytes, as a real one does, and fails writes on demand: a fault that cannot be had otherwise.</summary>
public sealed class FaultyStorage(IGrainStorageSerializer serializer) : IGrainStorage
{
    private readonly ConcurrentDictionary<string, (byte[] Bytes, string ETag)> _states = new();
    private readonly ConcurrentDictionary<string, (int Count, bool AfterWriting)> _faults = new();
    private readonly ConcurrentDictionary<string, (int Left, bool AfterWriting)> _countdowns = new();
    private readonly ConcurrentDictionary<string, int> _writes = new();
    private readonly ConcurrentDictionary<string, int> _largest = new();
    private int _nextETag;

    /// <summary>Makes the next writes of a state fail.</summary>
    /// <param name="stateName">Such as <c>buffer</c>.</param>
    /// <param name="key">The grain's key.</param>
    /// <param name="afterWriting">Whether the write lands all the same, as when only the answer is lost.</param>
    public void FailNextWrite(string stateName, string key, bool afterWriting = false) =>
        _faults[$"{stateName}|{key}"] = (1, afterWriting);

    /// <summary>Makes one of the next writes of a grain fail, whichever state it writes.</summary>
    /// <param name="key">The grain's key.</param>
    /// <param name="number">Which write, from 1.</param>
    /// <param name="afterWriting">Whether the write lands all the same.</param>
    public void FailWrite(string key, int number, bool afterWriting) => _countdowns[key] = (number, afterWriting);

    /// <summary>Takes back a failure that no write has come for.</summary>
    public void FailNone(string key) => _countdowns.TryRemove(key, out _);

    /// <summary>Bytes of the largest write that landed in any state of a grain since it was last asked; 0 for none.</summary>
    public int TakeLargestWrite(string key) => _largest.TryRemove(key, out var bytes) ? bytes : 0;

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
        var key = grainId.Key.ToString()!;
        var fails = _faults.TryRemove($"{stateName}|{key}", out var fault) || IsCountedDown(key, out fault);
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
        var bytes = serializer.Serialize(grainState.State).ToArray();
        _states[id] = (bytes, eTag);
        _writes.AddOrUpdate($"{stateName}|{key}", 1, (_, count) => count + 1);
        _largest.AddOrUpdate(key, bytes.Length, (_, most) => Math.Max(most, bytes.Length));
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

    private bool IsCountedDown(string key, out (int Count, bool AfterWriting) fault)
    {
        fault = default;
        if (!_countdowns.TryGetValue(key, out var countdown))
        {
            return false;
        }

        _countdowns[key] = countdown with { Left = countdown.Left - 1 };
        fault = (1, countdown.AfterWriting);
        return countdown.Left == 1 && _countdowns.TryRemove(key, out _);
    }
}
