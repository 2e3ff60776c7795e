using CsCheck;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Model.Tests.Buffers;

public sealed class NamedListTests
{
    // Enough names that a list of them has several parts, and few enough that they are met again.
    private static readonly Gen<(int Name, bool IsTaken)[]> _history =
        Gen.Select(Gen.Int[0, 400], Gen.Bool).Array[0, 1500];

    [Fact]
    public void List_has_what_a_sorted_dictionary_has_after_any_history() => _history.Sample(history =>
    {
        var (list, model) = Played(history);

        list.AssertInvariants();
        Assert.Equal<Counted>(model.Values, list);
        Assert.Equal(model.Count, list.Length);
        Assert.Equal(model.Count == 0, list.IsEmpty);
        Assert.Equal(model.Values.Sum(item => item.Weight), list.Sum);
        Assert.Equal(model.Values.Select(item => item.Weight).DefaultIfEmpty().Max(), HeaviestOf(list));
        Assert.Equal(HeaviestOf(list), HeaviestOf(list));
        Assert.Equal<Counted>(model.Values, list.ToImmutableArray());
        Assert.Equal<Counted>(model.Values, Enumerable.Range(0, list.Length).Select(index => list[index]));
        Assert.All(Enumerable.Range(0, 401), name => Assert.Same(model.GetValueOrDefault(NameOf(name)), list.Find(NameOf(name))));
    }, iter: 200);

    [Fact]
    public void Changes_between_two_lists_are_those_of_their_items() => Gen.Select(_history, _history).Sample((first, then) =>
    {
        var (before, old) = Played(first);
        var (after, now) = Played(then, before, old);
        var expected = old.Keys.Union(now.Keys).Order(StringComparer.Ordinal)
            .Select(name => (old.GetValueOrDefault(name), now.GetValueOrDefault(name)))
            .Where(change => !ReferenceEquals(change.Item1, change.Item2));

        Assert.Equal(expected, after.ChangesSince(before));
        after.AssertInvariants(before);
    }, iter: 200);

    [Fact]
    public void Items_added_in_order_are_found_in_order() => Gen.Int[0, 300].Sample(count =>
    {
        var items = Enumerable.Range(0, count).Select(name => new Counted(NameOf(1000 + name), name)).ToArray();
        var list = items.Aggregate(default(NamedList<Counted, int>), (before, item) =>
        {
            var after = before.With(item);
            after.AssertInvariants(before);
            return after;
        });

        Assert.Equal<Counted>(items, list);
        Assert.Equal(items.Sum(item => item.Weight), list.Sum);
    }, iter: 50);

    [Fact]
    public void List_of_items_in_order_is_that_of_one_at_a_time() => Gen.Int[0, 300].Sample(count =>
    {
        var items = Enumerable.Range(0, count).Select(name => new Counted(NameOf(name), name))
            .OrderBy(item => item.Name, StringComparer.Ordinal).ToArray();
        NamedList<Counted, int> list = [.. items];

        list.AssertInvariants();
        Assert.Equal<Counted>(items, list);
        Assert.Equal(items.Sum(item => item.Weight), list.Sum);
    });

    [Fact]
    public void List_stays_the_same_when_nothing_in_it_changes()
    {
        var list = Played([.. Enumerable.Range(0, 200).Select(name => (name, false))]).List;

        Assert.True(list == list.WithEach(item => item));
        Assert.True(list == list.WithEach(item => item with { Weight = 0 }, _ => false));
        Assert.True(list == list.With(list[100]));
        Assert.Equal(200 * 7, list.WithEach(item => item with { Weight = 7 }).Sum);
    }

    [Fact]
    public void Items_in_another_order_break_an_invariant()
    {
        NamedList<Counted, int> list = [new("b", 1), new("a", 1)];

        Assert.Throws<InvalidOperationException>(() => list.AssertInvariants());
    }

    [Fact]
    public void Another_order_is_found_beside_a_list_that_was_checked() => Gen.Int[2, 40].Array[1, 60].Select(Gen.Int[0, 59], Gen.Int[0, 59]).Sample((names, one, other) =>
    {
        Counted[] items = [.. names.Distinct().Order().Select(name => new Counted(NameOf(name), name)).OrderBy(item => item.Name, StringComparer.Ordinal)];
        NamedList<Counted, int> before = [.. items];
        (one, other) = (one % items.Length, other % items.Length);
        (items[one], items[other]) = (items[other], items[one]);
        NamedList<Counted, int> after = [.. items];

        if (one == other)
        {
            after.AssertInvariants(before);
        }
        else
        {
            Assert.Throws<InvalidOperationException>(() => after.AssertInvariants(before));
        }
    });

    [Fact]
    public void Place_beyond_the_list_is_out_of_range()
    {
        NamedList<Counted, int> list = [new("a", 1)];

        Assert.Throws<ArgumentOutOfRangeException>(() => list[1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => list[-1]);
    }

    private static (NamedList<Counted, int> List, SortedDictionary<string, Counted> Model) Played(
        (int Name, bool IsTaken)[] history, NamedList<Counted, int> list = default, SortedDictionary<string, Counted>? from = null)
    {
        var model = from is null ? new(StringComparer.Ordinal) : new SortedDictionary<string, Counted>(from, StringComparer.Ordinal);
        foreach (var (number, isTaken) in history)
        {
            var name = NameOf(number);
            if (isTaken && model.Remove(name))
            {
                list = list.Without(name);
            }
            else if (!isTaken)
            {
                list = list.With(model[name] = new(name, number));
            }
        }

        return (list, model);
    }

    private static int HeaviestOf(NamedList<Counted, int> list) => list.FurtherSum(
        static items => items.ToArray().Select(item => item.Weight).DefaultIfEmpty().Max(), Math.Max);

    private static string NameOf(int number) => $"i{number}";

    private sealed record Counted(string Name, int Weight) : IListed<Counted, int>
    {
        public static int SumOf(ReadOnlySpan<Counted> items)
        {
            var sum = 0;
            foreach (var item in items)
            {
                sum += item.Weight;
            }

            return sum;
        }

        public static void AddTo(ref int sum, in int other) => sum += other;
    }
}
