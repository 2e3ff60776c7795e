using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;

namespace DmaGrains.Analysis.Exploring;

/// <summary>
/// The state of a board that can still affect a reply or a hazard, as a list of numbers: two boards with equal numbers answer every
/// sequence of steps alike. It omits counters that only make names unique (generations, sequences), costs, the order of hazards, and
/// everything derived, such as free pages.
/// </summary>
/// <param name="buffers">The names of all buffers that may exist.</param>
/// <param name="changingDevices">The devices whose parameters may change.</param>
internal sealed class BoardKey(IEnumerable<string> buffers, IEnumerable<string> changingDevices)
{
    private readonly string[] _buffers = [.. buffers];
    private readonly string[] _devices = [.. changingDevices];
    private readonly ConcurrentDictionary<string, ulong> _names = [];
    private readonly ConcurrentDictionary<Numbers, ulong> _lists = [];

    /// <summary>The numbers of a board.</summary>
    /// <param name="board">The board.</param>
    /// <param name="before">A board with which it may share buffers; null for the first.</param>
    /// <param name="numbersBefore">Its numbers.</param>
    public Numbers Of(Board board, Board? before, Numbers numbersBefore)
    {
        var numbers = new List<ulong>(_buffers.Length + 8);
        for (var index = 0; index < _buffers.Length; index++)
        {
            var buffer = board.Buffer(_buffers[index]);
            numbers.Add(before is not null && ReferenceEquals(buffer, before.Buffer(_buffers[index])) ? numbersBefore[index] : NumberOf(buffer));
        }

        foreach (var name in _devices)
        {
            AddParameters(numbers, board.Device(name)?.Parameters);
        }

        AddTranslation(numbers, board.Translation);
        return new([.. numbers]);
    }

    private ulong NumberOf(DmaBuffer? buffer)
    {
        if (buffer is null)
        {
            return 0;
        }

        var numbers = new List<ulong>(64);
        AddBuffer(numbers, buffer);
        return NumberOf(numbers);
    }

    private void AddBuffer(List<ulong> numbers, DmaBuffer buffer)
    {
        var bits = (buffer.IsReleased ? 1UL : 0) | (buffer.IsRevoked ? 2UL : 0) | (buffer.IsFreed ? 4UL : 0)
            | (buffer.Cpu.IsWrittenBack ? 8UL : 0) | (buffer.Cpu.IsStale ? 16UL : 0) | (buffer.Cpu.IsDirty ? 32UL : 0);
        numbers.Add(bits | ((ulong)buffer.Attachments.Length << 8) | ((ulong)buffer.Mappings.Length << 24) | ((ulong)buffer.Cpu.Accesses.Length << 40));
        numbers.Add(StorageOf(buffer.Storage));
        numbers.Add(HazardsOf(buffer));
        AddLimits(numbers, buffer.Constraints);
        foreach (var attachment in buffer.Attachments)
        {
            numbers.Add((NumberOf(attachment.Name) << 8) | (attachment.IsPending ? 1UL : 0) | ((ulong)attachment.Unstated << 2));
            numbers.Add(NumberOf(attachment.Device));
            AddLimits(numbers, attachment.Demand);
            AddLimits(numbers, attachment.Takes);
        }

        foreach (var mapping in buffer.Mappings)
        {
            numbers.Add((NumberOf(mapping.Name) << 16) | (mapping.Raw is null ? 0 : 0x8000UL) | ((ulong)mapping.Direction << 12) | ((ulong)mapping.Turn << 8) | (ulong)mapping.Access);
            numbers.Add((NumberOf(mapping.Attachment) << 16) | (ulong)mapping.Options);
            numbers.Add(mapping.Addresses is { } owner ? NumberOf(owner.Device) : 0);
            if (mapping.Raw is { } raw)
            {
                numbers.Add(NumberOf(raw));
            }

            AddLimits(numbers, mapping.MadeUnder);
            AddMapped(numbers, mapping.Mapped);
        }

        foreach (var access in buffer.Cpu.Accesses.OrderBy(access => access.Name, StringComparer.Ordinal))
        {
            numbers.Add((NumberOf(access.Name) << 8) | (ulong)access.Direction);
        }
    }

    private void AddMapped(List<ulong> numbers, DmaMapped? mapped)
    {
        if (mapped is null)
        {
            numbers.Add(ulong.MaxValue);
            return;
        }

        numbers.Add(((ulong)mapped.Stages.Length << 32) | (uint)mapped.Bounces.Length);
        foreach (var stage in mapped.Stages)
        {
            numbers.Add((NumberOf(stage.Stage) << 32) | (stage.Context << 1) | (stage.IsLazy ? 1UL : 0));
            numbers.Add(stage.Range.First.Value);
            numbers.Add(stage.Range.LengthBytes);
        }

        foreach (var bounce in mapped.Bounces)
        {
            numbers.Add(((ulong)(uint)bounce.Entry << 32) | (uint)bounce.Slots.FirstSlot);
            numbers.Add(bounce.Address.Value);
            numbers.Add(((ulong)(uint)bounce.Slots.SlotCount << 32) | bounce.Slots.LengthBytes);
        }
    }

    private void AddTranslation(List<ulong> numbers, DmaTranslation translation)
    {
        if (translation.Pool is null && translation.Stages.IsEmpty && translation.RestrictedPools.IsEmpty)
        {
            return;
        }

        var state = translation.StateBesideHeld;
        var stages = translation.Stages;
        for (var index = 0; index < stages.Length; index++)
        {
            var layout = stages[index].Layout;
            numbers.Add(state.Stages[index].Context);
            foreach (var space in state.Stages[index].Spaces)
            {
                numbers.Add(layout.Policy == IovaPolicy.RoundRobin ? space.NextGranule : 0);
                AddSearch(numbers, space);
                numbers.Add((ulong)space.Retired.Length);
                foreach (var range in space.Retired)
                {
                    numbers.Add(range.First.Value);
                    numbers.Add(range.LengthBytes);
                }
            }
        }

        for (var area = 0; area < (translation.Pool?.AreaCount ?? 0); area++)
        {
            numbers.Add((ulong)state.Pool!.Value.NextIn(area));
        }

        numbers.AddRange(state.RestrictedPools.Select(pool => (ulong)pool.NextSlot));
    }

    /// <summary>Where searches go on, and what is kept for later requests: two boards that differ here give the next mapping other addresses.</summary>
    private void AddSearch(List<ulong> numbers, IovaSpaceState space)
    {
        // Granules are below 2^52.
        numbers.Add(space.Search.Low ?? ulong.MaxValue);
        numbers.Add(space.Search.High ?? ulong.MaxValue);
        numbers.Add(space.Search.RefusedCount ?? ulong.MaxValue);
        numbers.Add((ulong)space.BeyondPci.Length);
        numbers.AddRange(space.BeyondPci.Select(NumberOf));
        numbers.Add((ulong)space.Cached.Length);
        foreach (var stack in space.Cached)
        {
            numbers.Add(((ulong)(uint)stack.Order << 48) | ((ulong)(uint)stack.Place << 16) | (uint)stack.Firsts.Length);
            numbers.AddRange(stack.Firsts);
        }
    }

    private ulong StorageOf(BackingStorage? storage)
    {
        if (storage is null)
        {
            return 0;
        }

        var numbers = new List<ulong>(8);
        AddLimits(numbers, storage.AllocatedUnder);
        foreach (var extent in storage.Extents)
        {
            numbers.Add(extent.FirstPfn);
            numbers.Add(extent.PageCount);
        }

        foreach (var (limit, value) in storage.AllocatedUnder.Limits.Stated)
        {
            // The complement cannot be mistaken for a number of pages. Limits are included because importers that stated them may have gone.
            numbers.Add(~(ulong)ListLimit.All.IndexOf(limit));
            numbers.Add(value);
        }

        return NumberOf(numbers);
    }

    private ulong HazardsOf(DmaBuffer buffer)
    {
        if (buffer.Hazards.IsEmpty)
        {
            return 0;
        }

        var hazards = buffer.Hazards
            .Select(hazard => (
                ((ulong)hazard.Kind << 48) | NumberOf(hazard.Importer),
                NumberOf(hazard.Field)))
            .Order();
        return NumberOf([.. hazards.SelectMany(hazard => (ulong[])[hazard.Item1, hazard.Item2])]);
    }

    private static void AddParameters(List<ulong> numbers, DeviceDmaParameters? parameters)
    {
        numbers.Add(parameters is null ? 0UL : 1);
        numbers.Add(((ulong)(parameters?.MaxSegmentSize ?? 0) << 32) | (parameters?.MaxSegmentCount ?? 0));
        numbers.Add(parameters?.SegmentBoundaryMask ?? 0);
    }

    private static void AddLimits(List<ulong> numbers, DmaConstraints limits)
    {
        numbers.Add(((ulong)limits.MaxSegmentSize << 32) | limits.MaxSegmentCount);
        numbers.Add(limits.SegmentBoundaryMask);
    }

    /// <summary>A number for a name, from 1.</summary>
    private ulong NumberOf(string name) => NumberOf(_names, name);

    /// <summary>A number for a list of numbers, from 1.</summary>
    private ulong NumberOf(List<ulong> numbers) => NumberOf(_lists, new Numbers([.. numbers]));

    private static ulong NumberOf<T>(ConcurrentDictionary<T, ulong> known, T item)
        where T : notnull
    {
        if (known.TryGetValue(item, out var number))
        {
            return number;
        }

        lock (known)
        {
            return known.GetOrAdd(item, (ulong)known.Count + 1);
        }
    }

    /// <summary>A list of numbers that is compared by content.</summary>
    public readonly struct Numbers(ulong[] values) : IEquatable<Numbers>
    {
        private readonly ulong[] _values = values;

        /// <summary>How many numbers there are.</summary>
        public int Count => _values.Length;

        /// <summary>A number by its index.</summary>
        public ulong this[int index] => _values[index];

        /// <inheritdoc/>
        public bool Equals(Numbers other) => _values.AsSpan().SequenceEqual(other._values);

        /// <inheritdoc/>
        public override bool Equals(object? obj) => obj is Numbers other && Equals(other);

        /// <inheritdoc/>
        public override int GetHashCode()
        {
            var hash = new HashCode();
            hash.AddBytes(MemoryMarshal.AsBytes(_values.AsSpan()));
            return hash.ToHashCode();
        }
    }
}
