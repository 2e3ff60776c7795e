using System.Collections.Immutable;
using DmaGrains.Model;

namespace DmaGrains.Grains.Boards.Names;

/// <summary>Some of a board's buffer names: those whose places begin with the bucket's number.</summary>
/// <param name="Number">Its number, from 0.</param>
/// <param name="Record">What it has.</param>
internal readonly record struct NameBucket(uint Number, NameBucketRecord Record)
{
    /// <summary>Names beyond which the board should get another bucket.</summary>
    public const int NamesWanted = 256;

    /// <summary>Most names of a bucket: the board must get others before it takes more.</summary>
    public const int NamesMax = 2 * NamesWanted;

    /// <summary>Whether the board should get another bucket.</summary>
    public bool IsOver => Record.Names.Length > NamesWanted;

    /// <summary>Whether it takes no more names.</summary>
    public bool IsFull => Record.Names.Length >= NamesMax;

    /// <summary>The bucket to ask about a place that this one has no more; null when it has it.</summary>
    public uint? ElsewhereFor(ulong place) => BucketTable.Has(Number, Record.Level, place)
        ? null
        : BucketTable.SplitOff(Number, Record.Level, place);

    /// <summary>With a name; the same record when it is there.</summary>
    public NameBucketRecord With(string name)
    {
        var index = IndexOf(NamePosition.Of(name));
        return index >= 0 ? Record : Changed(Record.Names.Insert(~index, name));
    }

    /// <summary>Without a name; the same record when it is not there.</summary>
    public NameBucketRecord Without(string name)
    {
        var index = IndexOf(NamePosition.Of(name));
        return index < 0 ? Record : Changed(Record.Names.RemoveAt(index));
    }

    /// <summary>The names behind a position, and where to go on; the position after all of them is in the next bucket.</summary>
    /// <param name="after">In this bucket's places.</param>
    /// <param name="count">Most names, 1 or more.</param>
    public (ImmutableArray<string> Names, NamePosition? Next) Page(NamePosition after, int count)
    {
        var index = IndexOf(after);
        var first = index < 0 ? ~index : index + 1;
        var names = Record.Names.Slice(first, Math.Min(count, Record.Names.Length - first));
        if (first + names.Length < Record.Names.Length)
        {
            return (names, NamePosition.Of(names[^1]));
        }

        return (names, BucketTable.EndOf(Number, Record.Level) is { } end ? new(end, string.Empty) : null);
    }

    /// <summary>The bucket without the names that go to a new one, and those.</summary>
    public (NameBucketRecord Next, uint Number, ImmutableArray<string> Moving) Split()
    {
        Invariant.Holds(Record.Level < BucketTable.LevelMax);
        var level = Record.Level + 1;
        var number = Number;
        var staying = Record.Names.Count(name => BucketTable.Has(number, level, NamePosition.Of(name).Place));
        return (
            Changed(Record.Names[..staying]) with { Level = level },
            Number + (1u << Record.Level),
            Record.Names[staying..]);
    }

    /// <summary>The bucket filled by the one that it splits from; the same record when it has been filled since, or is in use.</summary>
    public NameBucketRecord Filled(int level, ulong version, ImmutableArray<string> names) =>
        Record.IsInUse || version <= Record.FilledAt
            ? Record
            : Record with { Level = level, FilledAt = version, Names = names, Version = Record.Version + 1 };

    /// <summary>Checks order and places of all names.</summary>
    public void AssertInvariants()
    {
        Invariant.Holds(Number == 0 || Record.Level > 0);
        NamePosition? last = null;
        foreach (var position in Record.Names.Select(NamePosition.Of))
        {
            Invariant.Holds(last is null || last.Value.CompareTo(position) < 0);
            Invariant.Holds(BucketTable.Has(Number, Record.Level, position.Place));
            last = position;
        }
    }

    private NameBucketRecord Changed(ImmutableArray<string> names) =>
        Record with { Names = names, Version = Record.Version + 1, IsInUse = true };

    private int IndexOf(NamePosition position)
    {
        var (low, high) = (0, Record.Names.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = NamePosition.Of(Record.Names[middle]).CompareTo(position);
            if (order == 0)
            {
                return middle;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return ~low;
    }
}
