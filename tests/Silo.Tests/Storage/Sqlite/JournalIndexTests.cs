using System.Text;
using CsCheck;
using DmaGrains.Storage.Sqlite;

namespace DmaGrains.Silo.Tests.Storage.Sqlite;

public sealed class JournalIndexTests
{
    /// <summary>Transactions of changes: of which grain, whether it is a snapshot; and whether they are rolled back.</summary>
    private static readonly Gen<((int Grain, bool IsSnapshot)[] Changes, bool IsRolledBack)[]> _any = Gen.Select(
        Gen.Select(Gen.Int[0, 5], Gen.Frequency((1, Gen.Const(true)), (3, Gen.Const(false)))).Array[0, 8], Gen.Bool).Array[1, 30];

    [Fact]
    public void Any_history_of_transactions_is_that_of_a_dictionary() => _any.Sample(transactions =>
    {
        var index = new JournalIndex();
        index.Commit();
        var kept = new Dictionary<int, (long Last, List<(long Row, int SizeBytes)> Rows)>();
        var row = 0L;
        foreach (var (changes, isRolledBack) in transactions)
        {
            var next = kept.ToDictionary(known => known.Key, known => (known.Value.Last, known.Value.Rows.ToList()));
            foreach (var (grain, isSnapshot) in changes)
            {
                Change(index, next, grain, ++row, isSnapshot);
            }

            if (isRolledBack)
            {
                index.RollBack();
            }
            else
            {
                index.Commit();
                kept = next;
            }

            AssertSame(kept, index);
        }
    });

    [Fact]
    public void Grains_that_differ_in_a_letter_have_different_hashes() => Gen.Select(Gen.String[1, 100], Gen.String[1, 100]).Sample((left, right) =>
        (left == right) == (HashOf(left) == HashOf(right)));

    private static void Change(
        JournalIndex index, Dictionary<int, (long Last, List<(long Row, int SizeBytes)> Rows)> kept, int grain, long row, bool isSnapshot)
    {
        var sizeBytes = 10 + (int)(row % 7);
        if (!kept.TryGetValue(grain, out var known))
        {
            index.Begin(index.Add(HashOf($"grain{grain}")), row, 1, sizeBytes);
            kept[grain] = (1, [(row, sizeBytes)]);
            return;
        }

        var number = index.Find(HashOf($"grain{grain}"))!.Value;
        if (isSnapshot)
        {
            index.Begin(number, row, known.Last + 1, sizeBytes);
            known.Rows.Clear();
        }
        else
        {
            index.Append(number, row, sizeBytes);
        }

        known.Rows.Add((row, sizeBytes));
        kept[grain] = (known.Last + 1, known.Rows);
    }

    private static void AssertSame(Dictionary<int, (long Last, List<(long Row, int SizeBytes)> Rows)> kept, JournalIndex index)
    {
        Assert.Equal(kept.Count, index.Count);
        Assert.Equal(kept.Values.Sum(known => known.Rows.Sum(row => row.SizeBytes)), index.LiveBytes);
        for (var grain = 0; grain <= 5; grain++)
        {
            var number = index.Find(HashOf($"grain{grain}"));
            Assert.Equal(kept.ContainsKey(grain), number is not null);
            if (number is { } found)
            {
                Assert.Equal(kept[grain].Last, index.LastOf(found));
                Assert.Equal(kept[grain].Rows.Select(row => row.Row), index.RowsOf(found));
                Assert.Equal(kept[grain].Rows[0].Row, index.SnapshotOf(found));
            }
        }
    }

    private static JournalIndex.GrainHash HashOf(string grain) => JournalIndex.HashOf(Encoding.UTF8.GetBytes(grain));
}
