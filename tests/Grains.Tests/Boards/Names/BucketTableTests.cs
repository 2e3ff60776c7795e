using CsCheck;
using DmaGrains.Grains.Boards.Names;

namespace DmaGrains.Grains.Tests.Boards.Names;

public sealed class BucketTableTests
{
    private static readonly Gen<uint> _count = Gen.OneOf(Gen.UInt[1, 40], Gen.UInt[1, 1 << 20], Gen.Const(1u << 20));

    [Fact]
    public void Every_place_has_the_bucket_of_its_number_and_level() => Gen.Select(_count, Gen.ULong).Sample((count, place) =>
    {
        var table = new BucketTable(count);
        var bucket = table.BucketOf(place);

        Assert.True(bucket < count);
        Assert.True(BucketTable.Has(bucket, LevelOf(bucket, table), place));
    });

    [Fact]
    public void A_split_sends_places_from_one_bucket_to_the_new_one_and_moves_no_others() =>
        Gen.Select(_count, Gen.ULong).Sample((count, place) =>
        {
            var (before, after) = (new BucketTable(count), new BucketTable(count + 1));
            var (from, to) = (before.BucketOf(place), after.BucketOf(place));

            Assert.True(from == to || (from == before.NextToSplit && to == count));
        });

    [Fact]
    public void Who_is_behind_is_sent_on_to_the_right_bucket() =>
        Gen.Select(_count, _count, Gen.ULong).Sample((one, other, place) =>
        {
            var (known, true_) = (new BucketTable(Math.Min(one, other)), new BucketTable(Math.Max(one, other)));
            var bucket = known.BucketOf(place);
            var sent = 0;
            while (!BucketTable.Has(bucket, LevelOf(bucket, true_), place))
            {
                bucket = BucketTable.SplitOff(bucket, LevelOf(bucket, true_), place);
                sent++;
            }

            Assert.Equal(true_.BucketOf(place), bucket);
            Assert.InRange(sent, 0, true_.Level - known.Level + 1);
        });

    [Fact]
    public void Buckets_follow_each_other_without_gaps_until_the_last() => Gen.UInt[1, 300].Sample(count =>
    {
        var table = new BucketTable(count);
        var met = new HashSet<uint>();
        for (ulong? place = 0; place is { } first;)
        {
            var bucket = table.BucketOf(first);
            Assert.True(met.Add(bucket));
            place = BucketTable.EndOf(bucket, LevelOf(bucket, table));
            Assert.Equal(bucket, table.BucketOf(unchecked((place ?? 0) - 1)));
        }

        Assert.Equal(count, (uint)met.Count);
    });

    [Fact]
    public void A_name_keeps_its_place_in_every_process() => Assert.Equal(
        ["b09e8f1262c87736frame", "26300311cf825e90frame-1", "2d06800538d394c2"],
        ((string[])["frame", "frame-1", string.Empty]).Select(name => NamePosition.Of(name).ToString()));

    /// <summary>Buckets that have split in this round, and those that came of it, are a level higher.</summary>
    private static int LevelOf(uint bucket, BucketTable table) =>
        bucket < table.NextToSplit || bucket >= 1u << table.Level ? table.Level + 1 : table.Level;
}
