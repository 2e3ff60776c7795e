using System.Collections;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Orleans;

namespace DmaGrains.Model.Buffers;

/// <summary>
/// A persistent list of items ordered by name, with their sum. Finding, adding, changing or removing an item does not visit all others.
/// Immutable: every change gives a new list. Equality is by reference. The default is empty.
/// </summary>
/// <remarks>
/// An array of arrays: a change copies one part of at most <see cref="PartMax"/> items and the array of parts; the other parts stay the
/// same objects, with their sums. So the cost of a change hardly depends on the number of items (up to
/// <see cref="DmaBuffer.AttachmentsMax"/>), and two lists are compared by comparing parts.
/// </remarks>
[Immutable]
[CollectionBuilder(typeof(NamedLists), nameof(NamedLists.Of))]
public readonly struct NamedList<TItem, TSum> : IReadOnlyList<TItem>, IEquatable<NamedList<TItem, TSum>>
    where TItem : class, IListed<TItem, TSum>
{
    internal const int PartMax = 64;

    private static readonly TSum _none = TItem.SumOf([]);

    // A single part is kept directly, several in a list.
    private readonly Part? _one;
    private readonly Several? _several;

    private NamedList(Part one) => _one = one;

    private NamedList(Part[] parts)
    {
        if (parts.Length > 1)
        {
            _several = new(parts);
        }
        else
        {
            _one = parts.Length == 1 ? parts[0] : null;
        }
    }

    internal NamedList(ReadOnlySpan<TItem> items)
    {
        var parts = new Part[(items.Length + PartMax - 1) / PartMax];
        for (var part = 0; part < parts.Length; part++)
        {
            parts[part] = new(items[(part * PartMax)..Math.Min(items.Length, (part + 1) * PartMax)].ToArray());
        }

        this = new(parts);
    }

    /// <summary>The number of items.</summary>
    public int Length => _several is not null ? _several.Length : _one is not null ? _one.Items.Length : 0;

    /// <summary>Whether the list is empty.</summary>
    public bool IsEmpty => _one is null && _several is null;

    /// <summary>The sum of all items.</summary>
    public ref readonly TSum Sum
    {
        get
        {
            if (_several is not null)
            {
                return ref _several.Sum;
            }

            return ref _one is not null ? ref _one.Sum : ref _none;
        }
    }

    /// <summary>A further sum, computed part by part when it is first asked for. A list is asked for one such sum only.</summary>
    /// <param name="sumOf">Sums up some items.</param>
    /// <param name="add">Adds two sums.</param>
    internal TFurther FurtherSum<TFurther>(Func<ReadOnlySpan<TItem>, TFurther> sumOf, Func<TFurther, TFurther, TFurther> add)
    {
        var sum = sumOf([]);
        foreach (var part in Parts)
        {
            sum = add(sum, part.FurtherSum(sumOf));
        }

        return sum;
    }

    int IReadOnlyCollection<TItem>.Count => Length;

    [UnscopedRef]
    private ReadOnlySpan<Part> Parts => _several is not null ? _several.Parts : _one is not null ? new ReadOnlySpan<Part>(in _one) : [];

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

    /// <summary>The item of that name, or null.</summary>
    public TItem? Find(string name) => Find(name, out _);

    /// <summary>The item of that name and its place, for <see cref="Without(ValueTuple{int, int})"/>; null when there is none.</summary>
    internal TItem? Find(string name, out (int Part, int Index) place)
    {
        place.Part = PartOf(name);
        place.Index = -1;
        if ((_several is null ? _one : _several.Parts[place.Part]) is not { Items: var items })
        {
            return null;
        }

        place.Index = NamedSearch.IndexOf(items, name);
        return place.Index < 0 ? null : items[place.Index];
    }

    /// <summary>Adds an item, or replaces the one of its name.</summary>
    public NamedList<TItem, TSum> With(TItem item)
    {
        var place = PartOf(item.Name);
        if ((_several is null ? _one : _several.Parts[place]) is not { } part)
        {
            return new(new Part([item]));
        }

        var items = part.Items;
        var index = NamedSearch.IndexOf(items, item.Name);
        return index >= 0 ? ReferenceEquals(items[index], item) ? this : Replaced(place, part.Replaced(index, item))
            : items.Length < PartMax ? Replaced(place, part.With(item, ~index))
            : WithMore(place, ~index, item);
    }

    /// <summary>Adds an item to a full part.</summary>
    private NamedList<TItem, TSum> WithMore(int place, int index, TItem item)
    {
        // Names are often counted upwards: an item behind a full part begins the next one, and leaves it full.
        var full = Parts[place];
        if (index == PartMax)
        {
            return Replaced(place, 1, full, new([item]));
        }

        var longer = full.Inserted(index, item);
        return Replaced(place, 1, new(longer[..(PartMax / 2)]), new(longer[(PartMax / 2)..]));
    }

    /// <summary>Removes the item of that name, which must exist.</summary>
    public NamedList<TItem, TSum> Without(string name)
    {
        Invariant.Holds(Find(name, out var place) is not null);
        return Without(place);
    }

    /// <summary>Removes the item at a place that <see cref="Find(string, out ValueTuple{int, int})"/> gave.</summary>
    internal NamedList<TItem, TSum> Without((int Part, int Index) place)
    {
        if (_several is not null)
        {
            return WithoutOf(_several.Parts, place.Part, place.Index);
        }

        var shorter = _one!.Without(place.Index);
        return shorter.Length == 0 ? default : new(new Part(shorter));
    }

    private NamedList<TItem, TSum> WithoutOf(Part[] parts, int part, int index)
    {
        var shorter = parts[part].Without(index);
        return shorter.Length == 0 ? Replaced(part, 1)
            : part > 0 && AreFew(parts[part - 1].Items, shorter) ? Replaced(part - 1, 2, new Part([.. parts[part - 1].Items, .. shorter]))
            : part + 1 < parts.Length && AreFew(shorter, parts[part + 1].Items) ? Replaced(part, 2, new Part([.. shorter, .. parts[part + 1].Items]))
            : Replaced(part, 1, new Part(shorter));

        static bool AreFew(TItem[] one, TItem[] other) => one.Length + other.Length <= PartMax / 2;
    }

    /// <summary>Changes some items; parts without a change stay the same objects.</summary>
    /// <param name="change">Gives the new item, of the same name; the same object to leave it.</param>
    /// <param name="mayChange">Whether a part with this sum may contain changes; null to visit every part.</param>
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

        return changed is null ? this : new(changed);
    }

    /// <summary>The items that were added, changed or removed since another list, ordered by name. Items are compared by reference.</summary>
    /// <param name="before">The earlier list; the fewer changes, the less is compared.</param>
    public Changes ChangesSince(NamedList<TItem, TSum> before) => new(before, this);

    /// <summary>All of them, as an array.</summary>
    public ImmutableArray<TItem> ToImmutableArray() =>
        _one is not null ? ImmutableCollectionsMarshal.AsImmutableArray(_one.Items) : [.. this];

    /// <summary>Checks the invariants: names in order, no part empty or too long.</summary>
    /// <param name="checkedBefore">A checked list, whose parts are not checked again.</param>
    public void AssertInvariants(NamedList<TItem, TSum> checkedBefore = default)
    {
        if (!IsEmpty && checkedBefore == this)
        {
            return;
        }

        if (_one is not null && checkedBefore._several is null)
        {
            _one.AssertInOrder(checkedBefore._one);
        }
        else
        {
            AssertParts(checkedBefore);
        }
    }

    private void AssertParts(NamedList<TItem, TSum> checkedBefore)
    {
        var known = checkedBefore.Parts;
        var (index, length) = (0, 0);
        TItem? last = null;
        foreach (var part in Parts)
        {
            // The parts of both lists are in order, so one pass meets them all.
            while (index < known.Length && string.CompareOrdinal(known[index].Items[0].Name, part.Items[0].Name) < 0)
            {
                index++;
            }

            Invariant.Holds(last is null || string.CompareOrdinal(last.Name, part.Items[0].Name) < 0);
            var before = index == known.Length ? null : known[index];
            if (!ReferenceEquals(before, part))
            {
                part.AssertInOrder(before);
            }

            last = part.Items[^1];
            length += part.Items.Length;
        }

        Invariant.Holds(length == Length);
    }

    /// <summary>Enumerates in the order of names.</summary>
    public Enumerator GetEnumerator() => new(this);

    IEnumerator<TItem> IEnumerable<TItem>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public bool Equals(NamedList<TItem, TSum> other) => ReferenceEquals(_one, other._one) && ReferenceEquals(_several, other._several);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is NamedList<TItem, TSum> other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => RuntimeHelpers.GetHashCode((object?)_one ?? _several);

    /// <summary>The part that contains a name, or would contain it.</summary>
    private int PartOf(string name)
    {
        if (_several is null)
        {
            return 0;
        }

        var parts = _several.Parts;
        var (low, high) = (1, parts.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            (low, high) = string.CompareOrdinal(parts[middle].Items[0].Name, name) <= 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return high;
    }

    private NamedList<TItem, TSum> Replaced(int part, Part instead) => _one is not null ? new(instead) : Replaced(part, 1, instead);

    private NamedList<TItem, TSum> Replaced(int part, int count, params ReadOnlySpan<Part> instead)
    {
        var before = Parts;
        var parts = new Part[before.Length - count + instead.Length];
        before[..part].CopyTo(parts);
        instead.CopyTo(parts.AsSpan(part));
        before[(part + count)..].CopyTo(parts.AsSpan(part + instead.Length));
        return new(parts);
    }

    /// <summary>Enumerates the items.</summary>
    public struct Enumerator : IEnumerator<TItem>
    {
        private readonly NamedList<TItem, TSum> _list;
        private TItem[] _items = [];
        private int _part;
        private int _index;

        internal Enumerator(NamedList<TItem, TSum> list) => (_list, _part, _index) = (list, -1, 0);

        /// <inheritdoc/>
        public readonly TItem Current => _items[_index];

        readonly object IEnumerator.Current => Current;

        /// <inheritdoc/>
        public bool MoveNext()
        {
            if (++_index >= _items.Length)
            {
                var parts = _list.Parts;
                if (++_part >= parts.Length)
                {
                    return false;
                }

                _items = parts[_part].Items;
                _index = 0;
            }

            return true;
        }

        /// <inheritdoc/>
        public void Reset() => (_items, _part, _index) = ([], -1, 0);

        /// <inheritdoc/>
        public readonly void Dispose()
        {
        }
    }

    /// <summary>The differences between two lists.</summary>
    public readonly struct Changes : IEnumerable<(TItem? Before, TItem? Now)>
    {
        private readonly NamedList<TItem, TSum> _before;
        private readonly NamedList<TItem, TSum> _now;

        internal Changes(NamedList<TItem, TSum> before, NamedList<TItem, TSum> now) => (_before, _now) = (before, now);

        /// <summary>Enumerates in the order of names.</summary>
        public ChangeEnumerator GetEnumerator() => new(_before, _now);

        IEnumerator<(TItem? Before, TItem? Now)> IEnumerable<(TItem? Before, TItem? Now)>.GetEnumerator() => GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    /// <summary>Enumerates the differences between two lists.</summary>
    public struct ChangeEnumerator : IEnumerator<(TItem? Before, TItem? Now)>
    {
        private Walk _old;
        private Walk _now;

        internal ChangeEnumerator(NamedList<TItem, TSum> before, NamedList<TItem, TSum> now) => (_old, _now) = (new(before), new(now));

        /// <inheritdoc/>
        public (TItem? Before, TItem? Now) Current { get; private set; }

        readonly object IEnumerator.Current => Current;

        /// <inheritdoc/>
        public bool MoveNext()
        {
            while (true)
            {
                while (_old.Part is { } same && _old.IsAtStart && _now.IsAtStart && ReferenceEquals(same, _now.Part))
                {
                    _old.SkipPart();
                    _now.SkipPart();
                }

                Walk.SkipSame(ref _old, ref _now);
                var (was, item) = (_old.Item, _now.Item);
                if (was is null && item is null)
                {
                    return false;
                }

                var order = was is null ? 1
                    : item is null ? -1
                    : ReferenceEquals(was, item) ? 0
                    : string.CompareOrdinal(was.Name, item.Name);
                if (order <= 0)
                {
                    _old.Next();
                }

                if (order >= 0)
                {
                    _now.Next();
                }

                if (!ReferenceEquals(was, item))
                {
                    Current = (order <= 0 ? was : null, order >= 0 ? item : null);
                    return true;
                }
            }
        }

        /// <inheritdoc/>
        public readonly void Reset() => throw new NotSupportedException();

        /// <inheritdoc/>
        public readonly void Dispose()
        {
        }
    }

    /// <summary>A position in the items.</summary>
    private struct Walk
    {
        private readonly NamedList<TItem, TSum> _list;
        private int _part;
        private int _index;

        public Walk(NamedList<TItem, TSum> list)
        {
            _list = list;
            Part = list.IsEmpty ? null : list.Parts[0];
        }

        public Part? Part { get; private set; }

        public readonly bool IsAtStart => _index == 0;

        public readonly TItem? Item => Part?.Items[_index];

        /// <summary>Skips equal items within the current parts.</summary>
        public static void SkipSame(ref Walk one, ref Walk other)
        {
            if (one.Part is null || other.Part is null)
            {
                return;
            }

            var ones = new ReadOnlySpan<TItem>(one.Part.Items)[one._index..];
            var others = new ReadOnlySpan<TItem>(other.Part.Items)[other._index..];
            var length = Math.Min(ones.Length, others.Length);
            var same = 0;
            while (same < length && ReferenceEquals(ones[same], others[same]))
            {
                same++;
            }

            if (same > 0)
            {
                one.Skip(same);
                other.Skip(same);
            }
        }

        public void Next() => Skip(1);

        private void Skip(int count)
        {
            _index += count;
            if (_index == Part!.Items.Length)
            {
                SkipPart();
            }
        }

        public void SkipPart()
        {
            var parts = _list.Parts;
            (_part, _index) = (_part + 1, 0);
            Part = _part < parts.Length ? parts[_part] : null;
        }
    }

    /// <summary>Two or more parts, with their item count and their sum, which is computed on demand.</summary>
    private sealed class Several
    {
        private TSum _sum = default!;
        private volatile bool _isKnown;

        public Several(Part[] parts)
        {
            Parts = parts;
            foreach (var part in parts)
            {
                Length += part.Items.Length;
            }
        }

        public Part[] Parts { get; }

        public int Length { get; }

        public ref readonly TSum Sum
        {
            get
            {
                if (!_isKnown)
                {
                    var sum = Parts[0].Sum;
                    foreach (var part in Parts.AsSpan(1))
                    {
                        TItem.AddTo(ref sum, part.Sum);
                    }

                    // A race is harmless: all writers write the same value.
                    _sum = sum;
                    _isKnown = true;
                }

                return ref _sum;
            }
        }
    }

    /// <summary>Neighbouring items and their sum.</summary>
    internal sealed class Part
    {
        public readonly TSum Sum;
        private object? _further;

        public Part(TItem[] items)
            : this(items, TItem.SumOf(items))
        {
        }

        private Part(TItem[] items, in TSum sum) => (Items, Sum) = (items, sum);

        public TItem[] Items { get; }

        public TFurther FurtherSum<TFurther>(Func<ReadOnlySpan<TItem>, TFurther> sumOf)
        {
            // A race is harmless: all writers write an equal sum.
            var sum = _further as StrongBox<TFurther> ?? new(sumOf(Items));
            _further = sum;
            return sum.Value!;
        }

        public Part With(TItem item, int index)
        {
            var sum = TItem.SumOf([item]);
            TItem.AddTo(ref sum, Sum);
            return new(Inserted(index, item), sum);
        }

        public Part Replaced(int index, TItem item)
        {
            var items = (TItem[])Items.Clone();
            items[index] = item;
            return new(items);
        }

        public TItem[] Inserted(int index, TItem item)
        {
            var longer = new TItem[Items.Length + 1];
            Array.Copy(Items, longer, index);
            Array.Copy(Items, index, longer, index + 1, Items.Length - index);
            longer[index] = item;
            return longer;
        }

        public TItem[] Without(int index)
        {
            var shorter = new TItem[Items.Length - 1];
            Array.Copy(Items, shorter, index);
            Array.Copy(Items, index + 1, shorter, index, shorter.Length - index);
            return shorter;
        }

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

        /// <summary>Checks length and order, except for items that lie as they did in a checked part; null for none.</summary>
        public void AssertInOrder(Part? checkedBefore)
        {
            INamed[] items = Items;
            INamed[] known = checkedBefore?.Items ?? [];
            Invariant.Holds(items.Length is > 0 and <= PartMax);
            var (first, last) = (0, items.Length - 1);
            while (first < Math.Min(items.Length, known.Length) && ReferenceEquals(items[first], known[first]))
            {
                first++;
            }

            var moved = known.Length - items.Length;
            while (last > first && last + moved >= first && ReferenceEquals(items[last], known[last + moved]))
            {
                last--;
            }

            for (var index = Math.Max(1, first); index <= Math.Min(last + 1, items.Length - 1); index++)
            {
                Invariant.Holds(string.CompareOrdinal(items[index - 1].Name, items[index].Name) < 0);
            }
        }
    }
}
