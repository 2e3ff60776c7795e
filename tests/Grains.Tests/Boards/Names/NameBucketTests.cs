using CsCheck;
using DmaGrains.Grains.Boards.Names;

namespace DmaGrains.Grains.Tests.Boards.Names;

/// <summary>Buckets of a board that has far more of them than it needs, as they split while names come and go.</summary>
public sealed class NameBucketTests
{
    private static readonly Gen<(int Kind, string Name)> _step =
        Gen.Select(Gen.Frequency((4, Gen.Const(0)), (2, Gen.Const(1)), (1, Gen.Const(2))), Gen.Int[0, 60], (kind, number) => (kind, $"b{number}"));

    /// <summary>Fewer names than removals are known of, so that nothing is forgotten; and messages that come again, much later.</summary>
    private static readonly Gen<(int Kind, string Name, int Late)> _lateStep =
        Gen.Select(Gen.Int[0, 5], Gen.Int[1, NameBucket.RemovedMax], Gen.Int[0, 1000], (kind, number, late) => (kind, $"b{number}", late));

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
        Assert.Equal(names.Order(), buckets.SelectMany(bucket => bucket.Record.Names).Select(name => name.Name).Order());
        Assert.Equal(names.Order(), List(buckets, NamePosition.Start, int.MaxValue).Order());
    });

    [Fact]
    public void Adds_and_removes_that_come_again_late_neither_hide_a_living_name_nor_bring_a_gone_one_back() =>
        _lateStep.Array[1, 200].Sample(steps =>
        {
            var buckets = new List<NameBucket> { new(0, new()) };
            var living = new Dictionary<string, uint>();
            var next = new Dictionary<string, uint>();
            var sent = new List<(bool IsAdd, ListedName Name)>();
            foreach (var (kind, name, late) in steps)
            {
                (bool IsAdd, ListedName Name)? message = null;
                if (kind == 0)
                {
                    Split(buckets);
                }
                else if (kind == 1 && sent.Count != 0)
                {
                    message = sent[late % sent.Count];
                }
                else if (living.Remove(name, out var generation))
                {
                    // A buffer that has moved has a later generation than it was listed with.
                    var last = generation + (uint)(late % 2);
                    next[name] = last + 2;
                    message = (false, new(name, last));
                }
                else
                {
                    living[name] = next.GetValueOrDefault(name);
                    message = (true, new(name, living[name]));
                }

                if (message is { } sending)
                {
                    sent.Add(sending);
                    var index = (int)Table(buckets).BucketOf(sending.Name.Position.Place);
                    var record = sending.IsAdd ? buckets[index].With(sending.Name) : buckets[index].Without(sending.Name);
                    buckets[index] = buckets[index] with { Record = record };
                }

                Assert.Equal(living.Keys.Order(), buckets.SelectMany(bucket => bucket.Record.Names).Select(listed => listed.Name).Order());
                Assert.All(buckets, bucket => bucket.AssertInvariants());
            }
        });

    [Fact]
    public void What_was_removed_is_known_of_the_last_names_only()
    {
        var bucket = new NameBucket(0, new());
        foreach (var number in Enumerable.Range(0, NameBucket.RemovedMax + 1))
        {
            bucket = bucket with { Record = bucket.With(new($"b{number}", 5)) };
            bucket = bucket with { Record = bucket.Without(new($"b{number}", 5)) };
        }

        Assert.False(bucket.IsTooLate(new("b0", 5)));
        Assert.True(bucket.IsTooLate(new("b1", 5)));
        Assert.True(bucket.IsTooLate(new("b1", 4)));
        Assert.False(bucket.IsTooLate(new("b1", 6)));
    }

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
        var name = Enumerable.Range(0, 100).Select(number => Listed($"b{number}")).First(name => BucketTable.Has(1, 1, name.Position.Place));
        var first = new NameBucket(1, new NameBucket(1, new()).Filled(1, one, [name], []));
        var second = new NameBucket(1, first.Filled(1, other, [], []));
        var used = new NameBucket(1, first.Without(name));

        Assert.Equal(other > one ? [] : [name], second.Record.Names);
        Assert.Same(used.Record, used.Filled(1, 9, [name], []));
    });

    [Fact]
    public void Adding_twice_and_removing_what_is_not_there_change_nothing()
    {
        var bucket = new NameBucket(0, new NameBucket(0, new()).With(Listed("b")));

        Assert.Same(bucket.Record, bucket.With(Listed("b")));
        Assert.Same(bucket.Record, bucket.Without(Listed("c")));
        Assert.Empty(bucket.Without(Listed("b")).Names);
    }

    [Fact]
    public void A_later_generation_replaces_and_an_earlier_one_changes_nothing()
    {
        var bucket = new NameBucket(0, new NameBucket(0, new()).With(new("b", 2)));

        Assert.Same(bucket.Record, bucket.With(new("b", 1)));
        Assert.Same(bucket.Record, bucket.Without(new("b", 1)));
        Assert.Equal([new("b", 3)], bucket.With(new("b", 3)).Names);
        Assert.Empty(bucket.Without(new("b", 2)).Names);
    }

    private static uint GenerationOf(NameBucket bucket, string name) =>
        bucket.Record.Names.FirstOrDefault(listed => listed.Name == name).Generation;

    private static uint GenerationAfter(NameBucket bucket, string name) =>
        bucket.Record.Removed.Where(removed => removed.Name == name).Select(removed => removed.Generation + 1).DefaultIfEmpty().Max();

    private static ListedName Listed(string name) => new(name, 0);

    private static BucketTable Table(List<NameBucket> buckets) => new((uint)buckets.Count);

    /// <summary>Adds or removes a name, or splits the next bucket.</summary>
    private static void Take(List<NameBucket> buckets, HashSet<string> names, int kind, string name)
    {
        var index = (int)Table(buckets).BucketOf(NamePosition.Of(name).Place);
        switch (kind)
        {
            case 0:
                buckets[index] = buckets[index] with { Record = buckets[index].With(new(name, GenerationAfter(buckets[index], name))) };
                names.Add(name);
                break;
            case 1:
                buckets[index] = buckets[index] with { Record = buckets[index].Without(new(name, GenerationOf(buckets[index], name))) };
                names.Remove(name);
                break;
            default:
                Split(buckets);
                break;
        }
    }

    private static void Split(List<NameBucket> buckets)
    {
        var splitting = (int)Table(buckets).NextToSplit;
        var (next, number, moving) = buckets[splitting].Split();
        Assert.Equal((uint)buckets.Count, number);
        buckets.Add(new(number, new NameBucket(number, new()).Filled(next.Level, next.Version, moving, next.Removed)));
        buckets[splitting] = buckets[splitting] with { Record = next };
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
