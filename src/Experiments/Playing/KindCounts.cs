using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace DmaGrains.Experiments.Playing;

/// <summary>Counts by kinds that are discovered as they occur.</summary>
/// <param name="known">Kinds that are known already, in order.</param>
/// <param name="counts">Their counts.</param>
internal sealed class KindCounts<T>(ImmutableArray<T> known, ImmutableArray<ulong> counts)
    where T : struct
{
    private readonly Dictionary<T, int> _indexes = known.Select((kind, index) => (kind, index)).ToDictionary(pair => pair.kind, pair => pair.index);
    private readonly List<T> _kinds = [.. known];
    private readonly List<ulong> _counts = [.. counts];

    /// <summary>The kinds, in the order in which they became known.</summary>
    public ImmutableArray<T> Kinds => [.. _kinds];

    /// <summary>The count of each kind.</summary>
    public ImmutableArray<ulong> Counts => [.. _counts];

    /// <summary>Counts an occurrence.</summary>
    public void Add(in T kind, ulong more = 1)
    {
        if (!_indexes.TryGetValue(kind, out var index))
        {
            index = _kinds.Count;
            _indexes.Add(kind, index);
            _kinds.Add(kind);
            _counts.Add(0);
        }

        CollectionsMarshal.AsSpan(_counts)[index] += more;
    }

    /// <summary>Counts an occurrence.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="kindsMax">The most kinds; beyond, a new kind is counted as <paramref name="other"/>.</param>
    /// <param name="other">A coarser kind, of which there are few.</param>
    public void Add(in T kind, int kindsMax, in T other) => Add(_kinds.Count < kindsMax || _indexes.ContainsKey(kind) ? kind : other);

    /// <summary>Resets all counts to 0.</summary>
    public void Clear() => CollectionsMarshal.AsSpan(_counts).Clear();
}
