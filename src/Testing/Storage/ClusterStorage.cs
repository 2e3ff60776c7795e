using System.Globalization;
using DmaGrains.Storage;
using Orleans.Storage;

namespace DmaGrains.Testing;

/// <summary>
/// The storage of a test cluster's grains: in memory, shared by all silos, and outliving them. It stores bytes with versions as real
/// storage does, and fails, waits or is slow when a test asks for that.
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

    /// <summary>How long every read and write takes; initially zero. To force an order of events, hold writes instead.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Makes a grain's next write fail: the caller of the grain gets an exception.</summary>
    /// <param name="grain">The grain, such as a buffer, a device or a board's memory.</param>
    /// <param name="afterWriting">Whether the state is stored nevertheless, as when only the answer is lost.</param>
    /// <param name="state">The name of the state, such as <c>buffer</c>; null for any state of the grain.</param>
    public StorageFault FailNextWrite(IAddressable grain, bool afterWriting = false, string? state = null) =>
        FailWrite(grain, 1, afterWriting, state);

    /// <summary>Makes one of a grain's next writes fail.</summary>
    /// <param name="grain">The grain.</param>
    /// <param name="number">Which write, from 1.</param>
    /// <param name="afterWriting">Whether the state is stored nevertheless.</param>
    /// <param name="state">The name of the state whose writes are counted; null for all states of the grain.</param>
    public StorageFault FailWrite(IAddressable grain, int number, bool afterWriting = false, string? state = null) =>
        Add(_writeFaults, grain, number, afterWriting, state);

    /// <summary>Makes a grain's next read fail. A grain reads when it activates.</summary>
    /// <param name="grain">The grain.</param>
    /// <param name="state">The name of the state; null for any state of the grain.</param>
    public StorageFault FailNextRead(IAddressable grain, string? state = null) =>
        Add(_readFaults, grain, 1, afterWriting: false, state);

    /// <summary>
    /// Holds a grain's writes until they are released; each causes a <see cref="ClusterEvent.WriteHeld"/>. A caller that waits longer than
    /// <see cref="DmaTestCluster.ResponseTimeout"/> gets an exception.
    /// </summary>
    /// <param name="grain">The grain.</param>
    /// <param name="state">The name of the state; null for all states of the grain.</param>
    public HeldWrites HoldWrites(IAddressable grain, string? state = null)
    {
        var gate = new HeldWrites(new(state, grain.GetGrainId()));
        lock (_lock)
        {
            _gates.Add(gate);
        }

        return gate;
    }

    /// <summary>How many writes of a grain were stored, including those that failed after writing.</summary>
    /// <param name="grain">The grain.</param>
    /// <param name="state">The name of the state; null for all states of the grain.</param>
    public int WriteCount(IAddressable grain, string? state = null)
    {
        var states = new StateKey(state, grain.GetGrainId());
        lock (_lock)
        {
            return _states.Where(entry => states.Covers(entry.Key)).Sum(entry => entry.Value.WriteCount);
        }
    }

    /// <summary>Size in bytes of the grain's largest write since this was last called; 0 when there was none.</summary>
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

    /// <summary>Writes a state whose version must match; clears it when there are no bytes.</summary>
    /// <returns>Its new version.</returns>
    internal Task<string> WriteAsync(StateKey state, byte[]? bytes, string? eTag, SiloLink link, CancellationToken cancellation) =>
        WriteAsync(state, () => Write(state, bytes, eTag), link, cancellation);

    /// <summary>Writes the next row of a journal; false when another one has its place.</summary>
    internal Task<bool> WriteAsync(StateKey journal, JournalRow row, SiloLink link, CancellationToken cancellation) =>
        WriteAsync(journal, () => Write(journal, row), link, cancellation);

    private async Task<T> WriteAsync<T>(StateKey state, Func<T> write, SiloLink link, CancellationToken cancellation)
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

            var written = write();
            if (fault is not null)
            {
                _events.Add(new ClusterEvent.WriteFailed(state.State!, state.Key, Landed: true));
                throw new IOException($"A test made the answer to the write of {state} get lost.");
            }

            return written;
        }
    }

    /// <summary>What is stored, bypassing faults.</summary>
    internal StoredBytes Find(StateKey state)
    {
        lock (_lock)
        {
            return _states.GetValueOrDefault(state);
        }
    }

    /// <summary>Stores a state, bypassing faults and versions.</summary>
    internal void Put(StateKey state, byte[] bytes)
    {
        lock (_lock)
        {
            Write(state, bytes, _states.GetValueOrDefault(state).ETag);
        }
    }

    /// <summary>Stores the next row of a journal, bypassing faults.</summary>
    internal bool Put(StateKey journal, JournalRow row)
    {
        lock (_lock)
        {
            return Write(journal, row);
        }
    }

    /// <summary>The keys of grains with a stored state of that name, in order.</summary>
    internal IReadOnlyList<string> KeysWith(string state)
    {
        lock (_lock)
        {
            return
            [
                .. _states.Where(entry => entry.Key.State == state && entry.Value is { Bytes: not null } or { Rows.IsEmpty: false })
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

    /// <summary>Releases all held writes.</summary>
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

    /// <summary>Every fault counts the access; the first one that is due strikes.</summary>
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

    private bool Write(StateKey journal, JournalRow row)
    {
        var kept = _states.GetValueOrDefault(journal);
        var rows = kept.Rows;
        if (!row.Follows(rows.IsEmpty ? 0 : rows[^1].Sequence))
        {
            return false;
        }

        _states[journal] = kept with
        {
            Rows = row.IsSnapshot ? [row] : rows.Add(row),
            WriteCount = kept.WriteCount + 1,
            LargestWrite = Math.Max(kept.LargestWrite, row.Payload.Length),
        };
        _events.Add(new ClusterEvent.Written(journal.State!, journal.Key, row.Payload.Length));
        return true;
    }
}
