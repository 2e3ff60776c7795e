using CsCheck;
using DmaGrains.Grains.Boards.Names;

namespace DmaGrains.Grains.Tests.Boards.Names;

/// <summary>Buckets of a board that has far more of them than it needs, as they split while names come and go.</summary>
public sealed class NameBucketTests
{
    private static readonly Gen<(int Kind, string Name)> _step =
        Gen.Select(Gen.Frequency((4, Gen.Const(0)), (2, Gen.Const(1)), (1, Gen.Const(2))), Gen.Int[0, 60], (kind, number) => (kind, $"b{number}"));

    [Fact]
    public void Buckets_have_what_a_set_has_after_any_history() => _step.Array[1, 120].Sample(steps =>
    {
        var buckets = new List<NameBucket> { new(0, new()) };
        var names = new HashSet<string>();
        foreach (var (kind, name) in steps)
        {
            Take(buckets, names, kind, name);
        }

        Assert.All(buckets, bucket => bucket.AssertInvariants());
        Assert.Equal(names.Order(), buckets.SelectMany(bucket => bucket.Record.Names).Order());
        Assert.Equal(names.Order(), List(buckets, NamePosition.Start, int.MaxValue).Order());
    });

    [Fact]
    public void A_listing_names_once_all_that_are_there_throughout_and_nothing_twice() =>
        Gen.Select(_step.Array[20, 60], _step.Array[0, 80], Gen.Int[1, 7]).Sample((before, during, page) =>
        {
            var buckets = new List<NameBucket> { new(0, new()) };
            var names = new HashSet<string>();
            foreach (var (kind, name) in before)
            {
                Take(buckets, names, kind, name);
            }

            var throughout = names.ToHashSet();
            var listed = new List<string>();
            NamePosition? after = NamePosition.Start;
            for (var step = 0; after is { } position; step++)
            {
                (var some, after) = PageOf(buckets, position, page);
                listed.AddRange(some);
                if (step < during.Length)
                {
                    Take(buckets, names, during[step].Kind, during[step].Name);
                    throughout.IntersectWith(names);
                }
            }

            Assert.Equal(listed.Count, listed.Distinct().Count());
            Assert.Empty(throughout.Except(listed));
        });

    [Fact]
    public void Fill_takes_the_last_names_until_the_bucket_is_in_use() => Gen.Select(Gen.ULong[1, 5], Gen.ULong[1, 5]).Sample((one, other) =>
    {
        var name = Enumerable.Range(0, 100).Select(number => $"b{number}").First(name => BucketTable.Has(1, 1, NamePosition.Of(name).Place));
        var first = new NameBucket(1, new NameBucket(1, new()).Filled(1, one, [name]));
        var second = new NameBucket(1, first.Filled(1, other, []));
        var used = new NameBucket(1, first.With(name + "x").Level == 1 ? first.Without(name) : first.Record);

        Assert.Equal(other > one ? [] : [name], second.Record.Names);
        Assert.Same(used.Record, used.Filled(1, 9, [name]));
    });

    [Fact]
    public void Adding_twice_and_removing_what_is_not_there_change_nothing()
    {
        var bucket = new NameBucket(0, new NameBucket(0, new()).With("b"));

        Assert.Same(bucket.Record, bucket.With("b"));
        Assert.Same(bucket.Record, bucket.Without("c"));
        Assert.Empty(bucket.Without("b").Names);
    }

    /// <summary>Adds or removes a name, or splits the next bucket.</summary>
    private static void Take(List<NameBucket> buckets, HashSet<string> names, int kind, string name)
    {
        var table = new BucketTable((uint)buckets.Count);
        var index = (int)table.BucketOf(NamePosition.Of(name).Place);
        switch (kind)
        {
            case 0:
                buckets[index] = buckets[index] with { Record = buckets[index].With(name) };
                names.Add(name);
                break;
            case 1:
                buckets[index] = buckets[index] with { Record = buckets[index].Without(name) };
                names.Remove(name);
                break;
            default:
                var (next, number, moving) = buckets[(int)table.NextToSplit].Split();
                Assert.Equal((uint)buckets.Count, number);
                buckets.Add(new(number, new NameBucket(number, new()).Filled(next.Level, next.Version, moving)));
                buckets[(int)table.NextToSplit] = buckets[(int)table.NextToSplit] with { Record = next };
                break;
        }
    }

    private static IEnumerable<string> List(List<NameBucket> buckets, NamePosition start, int page)
    {
        for (NamePosition? after = start; after is { } position;)
        {
            (var names, after) = PageOf(buckets, position, page);
            foreach (var name in names)
            {
                yield return name;
            }
        }
    }

    private static (IEnumerable<string> Names, NamePosition? Next) PageOf(List<NameBucket> buckets, NamePosition after, int page) =>
        buckets[(int)new BucketTable((uint)buckets.Count).BucketOf(after.Place)].Page(NamePosition.Parse(after.ToString())!.Value, page);
}
