using System.Collections.Immutable;
using DmaGrains.Model;

namespace DmaGrains.Grains.Boards.Names;

/// <summary>Some of the names of a listing: those whose places start with the bucket's number.</summary>
/// <param name="Number">Its number, from 0.</param>
/// <param name="Record">Its stored state.</param>
internal readonly record struct NameBucket(uint Number, NameBucketRecord Record)
{
    /// <summary>The most removed names that it remembers, so that a late request does not bring them back.</summary>
    public const int RemovedMax = 32;

    /// <summary>Number of names above which another bucket should be split off.</summary>
    public const int NamesWanted = 256;

    /// <summary>The most names of a bucket: it takes no more before it has split.</summary>
    public const int NamesMax = 2 * NamesWanted;

    /// <summary>Whether another bucket should be split off.</summary>
    public bool IsOver => Record.Names.Length > NamesWanted;

    /// <summary>Whether it takes no more names.</summary>
    public bool IsFull => Record.Names.Length >= NamesMax;

    /// <summary>The bucket that has a place that split off from this one; null when this one has it.</summary>
    public uint? ElsewhereFor(ulong place) => BucketTable.Has(Number, Record.Level, place)
        ? null
        : BucketTable.SplitOff(Number, Record.Level, place);

    /// <summary>Whether a name is remembered as removed.</summary>
    /// <remarks>The only place that decides this, from what is stored; <see cref="RemovedNames"/> remembers more for a minute.</remarks>
    public bool IsTooLate(ListedName name) =>
        IndexOf(name.Position) < 0
        && Record.Removed.Any(removed => removed.Name == name.Name && removed.Generation >= name.Generation);

    /// <summary>Adds a name, replacing an earlier generation; the same record when it is there already, or <see cref="IsTooLate"/>.</summary>
    /// <remarks>The only place that adds names.</remarks>
    public NameBucketRecord With(ListedName name)
    {
        var index = IndexOf(name.Position);
        return index >= 0
            ? Record.Names[index].Generation >= name.Generation ? Record : Changed(Record.Names.SetItem(index, name))
            : IsTooLate(name)
            ? Record
            : Changed(Record.Names.Insert(~index, name));
    }

    /// <summary>Removes a name; the same record when the name is not there or has a later generation.</summary>
    /// <remarks>The only place that removes names.</remarks>
    public NameBucketRecord Without(ListedName name)
    {
        var index = IndexOf(name.Position);
        return index < 0 || Record.Names[index].Generation > name.Generation
            ? Record
            : Changed(Record.Names.RemoveAt(index)) with
            {
                Removed =
                [
                    .. Record.Removed.Where(removed => removed.Name != name.Name).TakeLast(RemovedMax - 1),
                    name,
                ],
            };
    }

    /// <summary>The names after a position, and where to continue; after the last name that is in the next bucket.</summary>
    /// <param name="after">A position in this bucket.</param>
    /// <param name="count">The most names, 1 or more.</param>
    public (ImmutableArray<string> Names, NamePosition? Next) Page(NamePosition after, int count)
    {
        var index = IndexOf(after);
        var first = index < 0 ? ~index : index + 1;
        var names = Record.Names.Slice(first, Math.Min(count, Record.Names.Length - first));
        if (first + names.Length < Record.Names.Length)
        {
            return (Texts(names), names[^1].Position);
        }

        return (Texts(names), BucketTable.EndOf(Number, Record.Level) is { } end ? new(end, string.Empty) : null);
    }

    /// <summary>The bucket without the names that move to a new one, and these names.</summary>
    public (NameBucketRecord Next, uint Number, ImmutableArray<ListedName> Moving) Split()
    {
        Invariant.Holds(Record.Level < BucketTable.LevelMax);
        var level = Record.Level + 1;
        var number = Number;
        var staying = Record.Names.Count(name => BucketTable.Has(number, level, name.Position.Place));
        return (
            Changed(Record.Names[..staying]) with { Level = level },
            Number + (1u << Record.Level),
            Record.Names[staying..]);
    }

    /// <summary>The bucket filled by the one that it split from; the same record when it was filled later, or is in use.</summary>
    public NameBucketRecord Filled(
        int level, ulong version, ImmutableArray<ListedName> names, ImmutableArray<ListedName> removed) =>
        Record.IsInUse || version <= Record.FilledAt
            ? Record
            : Record with { Level = level, FilledAt = version, Names = names, Removed = removed, Version = Record.Version + 1 };

    /// <summary>Checks the order and the places of all names.</summary>
    public void AssertInvariants()
    {
        Invariant.Holds(Number == 0 || Record.Level > 0);
        NamePosition? last = null;
        foreach (var position in Record.Names.Select(name => name.Position))
        {
            Invariant.Holds(last is null || last.Value.CompareTo(position) < 0);
            Invariant.Holds(BucketTable.Has(Number, Record.Level, position.Place));
            last = position;
        }
    }

    private static ImmutableArray<string> Texts(ImmutableArray<ListedName> names) => [.. names.Select(name => name.Name)];

    private NameBucketRecord Changed(ImmutableArray<ListedName> names) =>
        Record with { Names = names, Version = Record.Version + 1, IsInUse = true };

    private int IndexOf(NamePosition position)
    {
        var (low, high) = (0, Record.Names.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = Record.Names[middle].Position.CompareTo(position);
            if (order == 0)
            {
                return middle;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return ~low;
    }
}
