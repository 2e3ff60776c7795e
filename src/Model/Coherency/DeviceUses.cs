using System.Collections;
using System.Runtime.CompilerServices;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Model.Coherency;

/// <summary>The number of live mappings of each kind, as far as the CPU's caches are concerned. The default is empty.</summary>
[CollectionBuilder(typeof(DeviceUses), nameof(Of))]
public struct DeviceUses : IEnumerable<DeviceUse>, IEquatable<DeviceUses>
{
    private const int Directions = 3;
    private const int Turns = 3;
    private const int Kinds = 2 * Directions * Turns;

    private Counts _counts;

    private DeviceUses(in Counts counts) => _counts = counts;

    /// <summary>Whether both have equally many of each kind.</summary>
    public static bool operator ==(DeviceUses left, DeviceUses right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(DeviceUses left, DeviceUses right) => !left.Equals(right);

    /// <summary>Counts some mappings.</summary>
    public static DeviceUses Of(ReadOnlySpan<DeviceUse> uses)
    {
        var all = default(DeviceUses);
        foreach (var use in uses)
        {
            all.Add(use);
        }

        return all;
    }

    /// <summary>Counts one more.</summary>
    internal void Add(DeviceUse use) => _counts[KindOf(use)]++;

    /// <summary>Adds other counts.</summary>
    internal void Add(in DeviceUses others)
    {
        for (var kind = 0; kind < Kinds; kind++)
        {
            _counts[kind] += others._counts[kind];
        }
    }

    /// <summary>Removes one.</summary>
    public readonly DeviceUses Without(DeviceUse use)
    {
        var counts = _counts;
        Invariant.Holds(counts[KindOf(use)] > 0);
        counts[KindOf(use)]--;
        return new(counts);
    }

    /// <summary>The number that satisfy a condition.</summary>
    public readonly int Count(Func<DeviceUse, bool> isSuch)
    {
        var count = 0;
        for (var kind = 0; kind < Kinds; kind++)
        {
            count += _counts[kind] != 0 && isSuch(UseOf(kind)) ? _counts[kind] : 0;
        }

        return count;
    }

    /// <summary>Whether at least one satisfies a condition.</summary>
    public readonly bool Any(Func<DeviceUse, bool> isSuch) => Count(isSuch) != 0;

    /// <summary>Enumerates the mappings, grouped by kind.</summary>
    public readonly IEnumerator<DeviceUse> GetEnumerator()
    {
        for (var kind = 0; kind < Kinds; kind++)
        {
            for (var count = _counts[kind]; count > 0; count--)
            {
                yield return UseOf(kind);
            }
        }
    }

    readonly IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public readonly bool Equals(DeviceUses other) => ((ReadOnlySpan<int>)_counts).SequenceEqual(other._counts);

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is DeviceUses other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var count in (ReadOnlySpan<int>)_counts)
        {
            hash.Add(count);
        }

        return hash.ToHashCode();
    }

    private static int KindOf(DeviceUse use) => ((((use.Coherent ? 1 : 0) * Directions) + (int)use.Direction) * Turns) + (int)use.Turn;

    private static DeviceUse UseOf(int kind) => new(
        kind >= Directions * Turns, (DmaDirection)(kind / Turns % Directions), (MappingTurn)(kind % Turns));

    [InlineArray(Kinds)]
    private struct Counts
    {
        private int _first;
    }
}
