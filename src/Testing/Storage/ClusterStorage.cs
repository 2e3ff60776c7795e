using System.Globalization;
using Orleans.Storage;

namespace DmaGrains.Testing;

/// <summary>
/// Where the grains of a test cluster keep their state: in memory, shared by all silos, outliving them. It keeps bytes and versions as
/// real storage does, and fails, waits or is slow when a test says so.
/// </summary>
public sealed class ClusterStorage
{
    private readonly Lock _lock = new();
    private readonly EventLog _events;
    private readonly Dictionary<StateKey, StoredBytes> _states = [];
    private readonly List<StorageFault> _writeFaults = [];
    private readonly List<StorageFault> _readFaults = [];
    private readonly List<HeldWrites> _gates = [];
    private long _lastVersion;

    internal ClusterStorage(EventLog events) => _events = events;

    /// <summary>How long every read and write takes; zero to begin with. To order events, hold writes instead.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Makes a grain's next write fail: its caller gets an exception.</summary>
    /// <param name="grain">The grain, such as a buffer, a device or a board's memory.</param>
    /// <param name="afterWriting">Whether the write lands all the same, as when only the answer is lost.</param>
    /// <param name="state">The state that is written, such as <c>buffer</c>; null for any of the grain's.</param>
    public StorageFault FailNextWrite(IAddressable grain, bool afterWriting = false, string? state = null) =>
        FailWrite(grain, 1, afterWriting, state);

    /// <summary>Makes one of a grain's next writes fail.</summary>
    /// <param name="grain">The grain.</param>
    /// <param name="number">Which write, from 1.</param>
    /// <param name="afterWriting">Whether the write lands all the same.</param>
    /// <param name="state">The state whose writes are counted; null for all of the grain's.</param>
    public StorageFault FailWrite(IAddressable grain, int number, bool afterWriting = false, string? state = null) =>
        Add(_writeFaults, grain, number, afterWriting, state);

    /// <summary>Makes a grain's next read fail. A grain reads when it activates.</summary>
    /// <param name="grain">The grain.</param>
    /// <param name="state">The state that is read; null for any of the grain's.</param>
    public StorageFault FailNextRead(IAddressable grain, string? state = null) =>
        Add(_readFaults, grain, 1, afterWriting: false, state);

    /// <summary>
    /// Keeps a grain's writes waiting until they are let go; each is a <see cref="ClusterEvent.WriteHeld"/> when it comes. A caller that
    /// waits longer than <see cref="DmaTestCluster.ResponseTimeout"/> gets an exception.
    /// </summary>
    /// <param name="grain">The grain.</param>
    /// <param name="state">The state whose writes wait; null for all of the grain's.</param>
    public HeldWrites HoldWrites(IAddressable grain, string? state = null)
    {
        var gate = new HeldWrites(new(state, grain.GetGrainId()));
        lock (_lock)
        {
            _gates.Add(gate);
        }

        return gate;
    }

    /// <summary>A grain's writes that landed, those that failed after writing included.</summary>
    /// <param name="grain">The grain.</param>
    /// <param name="state">The state; null for all of the grain's.</param>
    public int WriteCount(IAddressable grain, string? state = null)
    {
        var states = new StateKey(state, grain.GetGrainId());
        lock (_lock)
        {
            return _states.Where(entry => states.Covers(entry.Key)).Sum(entry => entry.Value.WriteCount);
        }
    }

    /// <summary>Bytes of the largest write that landed in any state of a grain since this was last asked; 0 for none.</summary>
    public int TakeLargestWrite(IAddressable grain)
    {
        var states = new StateKey(null, grain.GetGrainId());
        var largest = 0;
        lock (_lock)
        {
            foreach (var (state, stored) in _states.Where(entry => states.Covers(entry.Key)).ToList())
            {
                largest = Math.Max(largest, stored.LargestWrite);
                _states[state] = stored with { LargestWrite = 0 };
            }
        }

        return largest;
    }

    internal async Task<StoredBytes> ReadAsync(StateKey state, SiloLink link, CancellationToken cancellation)
    {
        await Task.Delay(Delay, cancellation);
        lock (_lock)
        {
            link.Check();
            if (TakeFault(_readFaults, state) is not null)
            {
                _events.Add(new ClusterEvent.ReadFailed(state.State!, state.Key));
                throw new IOException($"A test made the read of {state} fail.");
            }

            return _states.GetValueOrDefault(state);
        }
    }

    /// <summary>Writes a state that is at a version; clears it when there are no bytes.</summary>
    /// <returns>Its new version.</returns>
    internal async Task<string> WriteAsync(
        StateKey state, byte[]? bytes, string? eTag, SiloLink link, CancellationToken cancellation)
    {
        link.Check();
        await PassGatesAsync(state, cancellation);
        await Task.Delay(Delay, cancellation);
        lock (_lock)
        {
            // The silo may have been killed while the write waited.
            link.Check();
            var fault = TakeFault(_writeFaults, state);
            if (fault is { AfterWriting: false })
            {
                _events.Add(new ClusterEvent.WriteFailed(state.State!, state.Key, Landed: false));
                throw new IOException($"A test made the write of {state} fail.");
            }

            var written = Write(state, bytes, eTag);
            if (fault is not null)
            {
                _events.Add(new ClusterEvent.WriteFailed(state.State!, state.Key, Landed: true));
                throw new IOException($"A test made the answer to the write of {state} get lost.");
            }

            return written;
        }
    }

    /// <summary>What is stored, past all faults.</summary>
    internal byte[]? Find(StateKey state)
    {
        lock (_lock)
        {
            return _states.GetValueOrDefault(state).Bytes;
        }
    }

    /// <summary>Stores, past all faults and whatever the version.</summary>
    internal void Put(StateKey state, byte[] bytes)
    {
        lock (_lock)
        {
            Write(state, bytes, _states.GetValueOrDefault(state).ETag);
        }
    }

    /// <summary>The keys of grains that have a state of that name in storage, in order.</summary>
    internal IReadOnlyList<string> KeysWith(string state)
    {
        lock (_lock)
        {
            return
            [
                .. _states.Where(entry => entry.Key.State == state && entry.Value.Bytes is not null)
                    .Select(entry => entry.Key.Key)
                    .Order(StringComparer.Ordinal),
            ];
        }
    }

    internal void Remove(StorageFault fault)
    {
        lock (_lock)
        {
            _writeFaults.Remove(fault);
            _readFaults.Remove(fault);
        }
    }

    /// <summary>Lets go all that waits.</summary>
    internal void ReleaseAll()
    {
        lock (_lock)
        {
            _gates.ForEach(gate => gate.Release());
            _gates.Clear();
        }
    }

    private StorageFault Add(List<StorageFault> faults, IAddressable grain, int number, bool afterWriting, string? state)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        var fault = new StorageFault(this, new(state, grain.GetGrainId()), number, afterWriting);
        lock (_lock)
        {
            faults.Add(fault);
        }

        return fault;
    }

    private async Task PassGatesAsync(StateKey state, CancellationToken cancellation)
    {
        List<HeldWrites> gates;
        lock (_lock)
        {
            _gates.RemoveAll(gate => gate.Released.IsCompleted);
            gates = [.. _gates.Where(gate => gate.States.Covers(state))];
            if (gates.Count != 0)
            {
                _events.Add(new ClusterEvent.WriteHeld(state.State!, state.Key));
            }
        }

        foreach (var gate in gates)
        {
            await gate.Released.WaitAsync(cancellation);
        }
    }

    /// <summary>Every fault counts what comes; the first that is due strikes.</summary>
    private static StorageFault? TakeFault(List<StorageFault> faults, StateKey state)
    {
        var due = faults.Where(fault => fault.States.Covers(state)).ToList().FindAll(fault => fault.Strikes());
        faults.RemoveAll(due.Contains);
        return due.FirstOrDefault();
    }

    private string Write(StateKey state, byte[]? bytes, string? eTag)
    {
        var kept = _states.GetValueOrDefault(state);
        if (kept.ETag != eTag)
        {
            throw new InconsistentStateException(
                $"{state} is not at version {eTag ?? "none"} any more: another activation wrote it.", kept.ETag ?? "none", eTag ?? "none");
        }

        var version = (++_lastVersion).ToString(CultureInfo.InvariantCulture);
        var size = bytes?.Length ?? 0;
        _states[state] = new(bytes, version, kept.WriteCount + 1, Math.Max(kept.LargestWrite, size));
        _events.Add(new ClusterEvent.Written(state.State!, state.Key, size));
        return version;
    }
}
