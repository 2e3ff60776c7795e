using System.Collections;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Orleans;

namespace DmaGrains.Model.Buffers;

/// <summary>
/// Items in the order of their names, of which one is found, added, changed or taken out without going over the others, and which know
/// what they come to together. Immutable; every change gives a new one. Equal when it is the same list. The default is empty.
/// </summary>
/// <remarks>
/// One array of arrays: a change copies one part of at most <see cref="PartMax"/> items and the list of parts, and the parts that it
/// does not touch are the same objects, sums included. So what a change cost does not depend on how many items there are, as far as
/// buffers go (<see cref="DmaBuffer.AttachmentsMax"/>), and what has changed between two lists is found by looking at parts.
/// </remarks>
[Immutable]
[CollectionBuilder(typeof(NamedLists), nameof(NamedLists.Of))]
public readonly struct NamedList<TItem, TSum> : IReadOnlyList<TItem>, IEquatable<NamedList<TItem, TSum>>
    where TItem : class, IListed<TItem, TSum>
{
    internal const int PartMax = 64;

    private readonly Part[]? _parts;

    // Of more than one part.
    private readonly Total? _total;

    private NamedList(Part[] parts, int length) =>
        (_parts, _total, Length) = (parts, parts.Length > 1 ? new(parts) : null, length);

    internal NamedList(ReadOnlySpan<TItem> items)
    {
        if (items.IsEmpty)
        {
            return;
        }

        _parts = new Part[(items.Length + PartMax - 1) / PartMax];
        for (var part = 0; part < _parts.Length; part++)
        {
            _parts[part] = new(items[(part * PartMax)..Math.Min(items.Length, (part + 1) * PartMax)].ToArray());
        }

        _total = _parts.Length > 1 ? new(_parts) : null;
        Length = items.Length;
    }

    /// <summary>How many there are.</summary>
    public int Length { get; }

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => Length == 0;

    /// <summary>What all come to.</summary>
    public TSum Sum => _total is not null ? _total.Sum : _parts is null ? TItem.SumOf([]) : _parts[0].Sum;

    int IReadOnlyCollection<TItem>.Count => Length;

    private ReadOnlySpan<Part> Parts => _parts;

    /// <summary>The item at a place in the order of names.</summary>
    public TItem this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            foreach (var part in Parts)
            {
                if (index < part.Items.Length)
                {
                    return part.Items[index];
                }

                index -= part.Items.Length;
            }

            throw new ArgumentOutOfRangeException(nameof(index));
        }
    }

    /// <summary>Whether both are the same list.</summary>
    public static bool operator ==(NamedList<TItem, TSum> left, NamedList<TItem, TSum> right) => left.Equals(right);

    /// <summary>Whether they are not.</summary>
    public static bool operator !=(NamedList<TItem, TSum> left, NamedList<TItem, TSum> right) => !left.Equals(right);

    /// <summary>The item of that name; null when there is none.</summary>
    public TItem? Find(string name)
    {
        if (_parts is null)
        {
            return null;
        }

        var items = _parts[PartOf(name)].Items;
        var index = NamedSearch.IndexOf<TItem>(items, name, static item => item.Name);
        return index < 0 ? null : items[index];
    }

    /// <summary>With an item, in place of the one of its name if there is one.</summary>
    public NamedList<TItem, TSum> With(TItem item)
    {
        if (_parts is null)
        {
            return new([new([item])], 1);
        }

        var part = PartOf(item.Name);
        var items = _parts[part].Items;
        var index = NamedSearch.IndexOf<TItem>(items, item.Name, static known => known.Name);
        if (index >= 0)
        {
            return ReferenceEquals(items[index], item) ? this : new(Replaced(part, 1, [.. items[..index], item, .. items[(index + 1)..]]), Length);
        }

        TItem[] longer = [.. items[..~index], item, .. items[~index..]];
        return new(
            longer.Length <= PartMax
                ? Replaced(part, 1, longer)
                : Replaced(part, 1, longer[..(PartMax / 2)], longer[(PartMax / 2)..]),
            Length + 1);
    }

    /// <summary>Without the item of that name, which there is.</summary>
    public NamedList<TItem, TSum> Without(string name)
    {
        Invariant.Holds(_parts is not null);
        var part = PartOf(name);
        var items = _parts![part].Items;
        var index = NamedSearch.IndexOf<TItem>(items, name, static known => known.Name);
        Invariant.Holds(index >= 0);
        TItem[] shorter = [.. items[..index], .. items[(index + 1)..]];
        return Length == 1 ? default
            : shorter.Length == 0 ? new(Replaced(part, 1), Length - 1)
            : part > 0 && AreFew(_parts[part - 1].Items, shorter) ? new(Replaced(part - 1, 2, [.. _parts[part - 1].Items, .. shorter]), Length - 1)
            : part + 1 < _parts.Length && AreFew(shorter, _parts[part + 1].Items) ? new(Replaced(part, 2, [.. shorter, .. _parts[part + 1].Items]), Length - 1)
            : new(Replaced(part, 1, shorter), Length - 1);

        static bool AreFew(TItem[] one, TItem[] other) => one.Length + other.Length <= PartMax / 2;
    }

    /// <summary>With some changed; parts in which nothing is stay as they are.</summary>
    /// <param name="change">The item instead, of the same name; the same to leave it.</param>
    /// <param name="mayChange">Whether anything may change in a part that comes to this; null to look at all.</param>
    public NamedList<TItem, TSum> WithEach(Func<TItem, TItem> change, Func<TSum, bool>? mayChange = null)
    {
        Part[]? changed = null;
        for (var index = 0; index < Parts.Length; index++)
        {
            var part = Parts[index];
            var next = mayChange is null || mayChange(part.Sum) ? part.WithEach(change) : part;
            if (!ReferenceEquals(next, part))
            {
                changed ??= [.. Parts];
                changed[index] = next;
            }
        }

        return changed is null ? this : new(changed, Length);
    }

    /// <summary>What is new, changed or gone since a list, in the order of names. What has not changed is the same object.</summary>
    /// <param name="before">The list before; the fewer changes lie between, the less there is to look at.</param>
    public IEnumerable<(TItem? Before, TItem? Now)> ChangesSince(NamedList<TItem, TSum> before)
    {
        var (old, now) = (new Walk(before._parts ?? []), new Walk(_parts ?? []));
        while (true)
        {
            while (old.Part is { } same && old.IsAtStart && now.IsAtStart && ReferenceEquals(same, now.Part))
            {
                old.SkipPart();
                now.SkipPart();
            }

            var (was, item) = (old.Item, now.Item);
            if (was is null && item is null)
            {
                yield break;
            }

            var order = was is null ? 1
                : item is null ? -1
                : ReferenceEquals(was, item) ? 0
                : string.CompareOrdinal(was.Name, item.Name);
            if (!ReferenceEquals(was, item))
            {
                yield return (order <= 0 ? was : null, order >= 0 ? item : null);
            }

            if (order <= 0)
            {
                old.Next();
            }

            if (order >= 0)
            {
                now.Next();
            }
        }
    }

    /// <summary>All of them, as an array.</summary>
    public ImmutableArray<TItem> ToImmutableArray() =>
        Parts.Length == 1 ? ImmutableCollectionsMarshal.AsImmutableArray(_parts![0].Items) : [.. this];

    /// <summary>Checks what must always hold: names in order, no part empty or too long.</summary>
    /// <param name="checkedBefore">A list that was checked: its parts are not looked into again.</param>
    public void AssertInvariants(NamedList<TItem, TSum> checkedBefore = default)
    {
        var known = checkedBefore.Parts;
        var (index, length) = (0, 0);
        TItem? last = null;
        foreach (var part in Parts)
        {
            // Parts are kept in order, so those of both lists are met in order.
            while (index < known.Length && string.CompareOrdinal(known[index].Items[0].Name, part.Items[0].Name) < 0)
            {
                index++;
            }

            Invariant.Holds(part.Items.Length is > 0 and <= PartMax);
            Invariant.Holds(last is null || string.CompareOrdinal(last.Name, part.Items[0].Name) < 0);
            if (index == known.Length || !ReferenceEquals(known[index], part))
            {
                part.AssertInOrder();
            }

            last = part.Items[^1];
            length += part.Items.Length;
        }

        Invariant.Holds(length == Length);
    }

    /// <summary>Goes over them in the order of names.</summary>
    public Enumerator GetEnumerator() => new(_parts ?? []);

    IEnumerator<TItem> IEnumerable<TItem>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public bool Equals(NamedList<TItem, TSum> other) => ReferenceEquals(_parts, other._parts);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is NamedList<TItem, TSum> other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _parts is null ? 0 : RuntimeHelpers.GetHashCode(_parts);

    /// <summary>The part that has a name, or would have it.</summary>
    private int PartOf(string name)
    {
        var (low, high) = (1, _parts!.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            (low, high) = string.CompareOrdinal(_parts[middle].Items[0].Name, name) <= 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return high;
    }

    private Part[] Replaced(int part, int count, params ReadOnlySpan<TItem[]> instead)
    {
        var parts = new Part[_parts!.Length - count + instead.Length];
        _parts.AsSpan(0, part).CopyTo(parts);
        for (var index = 0; index < instead.Length; index++)
        {
            parts[part + index] = new(instead[index]);
        }

        _parts.AsSpan(part + count).CopyTo(parts.AsSpan(part + instead.Length));
        return parts;
    }

    /// <summary>Goes over the items.</summary>
    public struct Enumerator : IEnumerator<TItem>
    {
        private readonly Part[] _parts;
        private int _part;
        private int _index;

        internal Enumerator(Part[] parts)
        {
            _parts = parts;
            _index = -1;
        }

        /// <inheritdoc/>
        public readonly TItem Current => _parts[_part].Items[_index];

        readonly object IEnumerator.Current => Current;

        /// <inheritdoc/>
        public bool MoveNext()
        {
            if (_part < _parts.Length && ++_index == _parts[_part].Items.Length)
            {
                _part++;
                _index = 0;
            }

            return _part < _parts.Length;
        }

        /// <inheritdoc/>
        public void Reset() => (_part, _index) = (0, -1);

        /// <inheritdoc/>
        public readonly void Dispose()
        {
        }
    }

    /// <summary>A place on the way through the items.</summary>
    private struct Walk(Part[] parts)
    {
        private int _part;
        private int _index;

        public readonly Part? Part => _part < parts.Length ? parts[_part] : null;

        public readonly bool IsAtStart => _index == 0;

        public readonly TItem? Item => Part?.Items[_index];

        public void Next()
        {
            if (++_index == parts[_part].Items.Length)
            {
                SkipPart();
            }
        }

        public void SkipPart() => (_part, _index) = (_part + 1, 0);
    }

    /// <summary>What all parts come to, added up when somebody asks.</summary>
    private sealed class Total(Part[] parts)
    {
        private TSum _sum = default!;
        private volatile bool _isKnown;

        public TSum Sum
        {
            get
            {
                if (!_isKnown)
                {
                    var sum = parts[0].Sum;
                    foreach (var part in parts.AsSpan(1))
                    {
                        TItem.AddTo(ref sum, part.Sum);
                    }

                    // Who asks at the same time writes the same.
                    _sum = sum;
                    _isKnown = true;
                }

                return _sum;
            }
        }
    }

    /// <summary>Items that lie beside each other, and what they come to.</summary>
    internal sealed class Part(TItem[] items)
    {
        public TItem[] Items { get; } = items;

        public readonly TSum Sum = TItem.SumOf(items);

        public Part WithEach(Func<TItem, TItem> change)
        {
            TItem[]? changed = null;
            for (var index = 0; index < Items.Length; index++)
            {
                var next = change(Items[index]);
                if (!ReferenceEquals(next, Items[index]))
                {
                    Invariant.Holds(next.Name == Items[index].Name);
                    changed ??= [.. Items];
                    changed[index] = next;
                }
            }

            return changed is null ? this : new(changed);
        }

        public void AssertInOrder()
        {
            for (var index = 1; index < Items.Length; index++)
            {
                Invariant.Holds(string.CompareOrdinal(Items[index - 1].Name, Items[index].Name) < 0);
            }
        }
    }
}
