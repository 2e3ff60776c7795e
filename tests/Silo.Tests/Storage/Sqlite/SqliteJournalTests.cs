using CsCheck;
using DmaGrains.Silo.Tests.Machines;
using DmaGrains.Storage;
using DmaGrains.Storage.Sqlite;
using Microsoft.Data.Sqlite;

namespace DmaGrains.Silo.Tests.Storage.Sqlite;

/// <summary>Journals in the file: transactions, cleaning, other versions, damage, and a disk that is full.</summary>
public sealed class SqliteJournalTests : IDisposable
{
    private const int UnneededBytesMax = 16 << 10;

    private readonly TemporaryFolder _folder = new();

    private string Path => _folder.File("state.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Committed_rows_are_there_when_the_file_is_opened_again()
    {
        using (var file = Open())
        {
            Commit(file, () => Write(file, "a", 1, [1]), () => Write(file, "a", 2, [2]), () => Write(file, "b", 1, [3]));
        }

        using var again = Open();
        AssertReads(again, "a", (1, [1]), (2, [2]));
        AssertReads(again, "b", (1, [3]));
        Commit(again, () => Write(again, "a", 3, [4], isSnapshot: true), () => Write(again, "c", 1, [5]));
        AssertReads(again, "a", (3, [4]));
    }

    [Fact]
    public void Rows_that_were_rolled_back_are_not_there_and_their_numbers_are_free()
    {
        using var file = Open();
        Commit(file, () => Write(file, "a", 1, [1]));
        file.Begin();
        Assert.True(Write(file, "a", 2, [2]));
        Assert.True(Write(file, "a", 3, [3], isSnapshot: true));
        Assert.True(Write(file, "b", 1, [4]));

        file.RollBack();

        AssertReads(file, "a", (1, [1]));
        AssertReads(file, "b");
        Commit(file, () => Write(file, "a", 2, [5]), () => Write(file, "c", 1, [6]), () => Write(file, "b", 1, [7]));
        AssertReads(file, "a", (1, [1]), (2, [5]));
        AssertReads(file, "b", (1, [7]));
        AssertReads(file, "c", (1, [6]));
    }

    [Fact]
    public void Any_history_of_transactions_and_starts_is_that_of_a_dictionary_whatever_is_cleaned() => Gen.Select(Gen.Int[0, 1 << 20], Gen.Int[1, 60]).Sample(
        (seed, transactions) =>
        {
            using var crashed = new CrashedFile();
            var random = new Random(seed);
            var left = transactions;
            while (left > 0)
            {
                using var file = crashed.Open();
                crashed.AssertWhole(file);
                for (var commits = Math.Min(left, random.Next(1, 30)); commits > 0; commits--, left--)
                {
                    crashed.Commit(file, random);
                }

                crashed.AssertWhole(file);

                // Cleaning is due at twice what is needed; at four times, some has been done.
                var (all, live) = file.JournalSizes;
                Assert.True(crashed.WrittenBytes < 4 * (live + CrashedFile.UnneededBytesMax) || all < crashed.WrittenBytes, "nothing was cleaned");
            }
        },
        iter: 15,
        threads: 1);

    [Fact]
    public void A_first_transaction_of_which_all_is_refused_leaves_a_file_that_works()
    {
        using var crashed = new CrashedFile();
        using (var file = crashed.Open())
        {
            file.Begin();
            Assert.False(file.TryWrite("dma-buffer/b/1", SealedJournal.Seal("dma-buffer/b/1", 2, isSnapshot: true, new byte[8])));
            file.Commit();

            crashed.Commit(file, new Random(1));
            crashed.Crash();
        }

        Assert.Null(crashed.Refusal());
    }

    [Fact]
    public void The_log_stays_at_about_twice_what_is_needed()
    {
        using var file = Open(UnneededBytesMax);
        var last = Fill(file, grains: 40, sizeBytes: 4000);
        for (var round = 0; round < 30; round++)
        {
            Rewrite(file, last, sizeBytes: 4000);
            var (all, live) = file.JournalSizes;
            Assert.InRange(live, 40 * 4000, 40 * 4100);
            Assert.InRange(all, live, (2 * live) + UnneededBytesMax + (40 * 4100));
        }
    }

    [Fact]
    public void Rows_that_a_snapshot_replaces_soon_are_hardly_ever_copied()
    {
        const int grains = 200;
        const int rows = 33;
        const int cycles = 12;
        using (var file = Open(UnneededBytesMax))
        {
            // All grains are as far as each other, as when many begin together: in turn they add entries and a snapshot.
            for (var sequence = 1; sequence <= rows * cycles; sequence++)
            {
                var isSnapshot = sequence % rows == 1;
                for (var grain = 0; grain < grains; grain += 8)
                {
                    Commit(file, [.. Enumerable.Range(grain, 8).Select(number => (Func<bool>)(() =>
                        Write(file, $"g{number}", sequence, new byte[isSnapshot ? 400 : 110], isSnapshot)))]);
                }
            }
        }

        var copied = (long)Ask("SELECT max(id) FROM journal")! - (grains * rows * cycles);
        Assert.InRange(copied, 0, grains * rows * cycles / 50);
    }

    [Fact]
    public void A_transaction_without_rows_leaves_the_log_as_it_is_also_when_cleaning_is_due()
    {
        using (var file = Open(long.MaxValue / 4))
        {
            var last = Fill(file, grains: 5, sizeBytes: 4000);
            for (var round = 0; round < 30; round++)
            {
                Rewrite(file, last, sizeBytes: 4000);
            }
        }

        using (var file = Open(UnneededBytesMax))
        {
            Commit(file, () => Write(file, "a", 1, new byte[4000]));
            Commit(file, () => file.Change("a", "buffer", null, Sealed("a", 1)) is not null);
        }

        Assert.NotEqual(1L, Ask("SELECT min(id) FROM journal"));
        using var again = Open();
        Assert.Single(again.ReadJournal("a"));
    }

    [Fact]
    public void A_file_shrinks_again_when_less_is_needed()
    {
        long most;
        Dictionary<string, long> last;
        using (var file = Open(UnneededBytesMax))
        {
            last = Fill(file, grains: 40, sizeBytes: 400_000);
        }

        most = new FileInfo(Path).Length;
        using (var file = Open(UnneededBytesMax))
        {
            for (var round = 0; round < 10; round++)
            {
                Rewrite(file, last, sizeBytes: 1000);
            }
        }

        Assert.InRange(most, 40 * 400_000, 50 * 400_000);
        Assert.InRange(new FileInfo(Path).Length, 40 * 1000, most / 2);
        using var again = Open();
        Assert.All(last, grain => Assert.Equal(grain.Value, Assert.Single(again.ReadJournal(grain.Key)).Sequence));
    }

    [Fact]
    public void Grains_that_never_change_outlive_any_cleaning()
    {
        using (var file = Open(UnneededBytesMax))
        {
            Commit(file, () => Write(file, "old", 1, [1]), () => Write(file, "old", 2, [2]));
            var last = Fill(file, grains: 5, sizeBytes: 1000);
            for (var round = 0; round < 100; round++)
            {
                Rewrite(file, last, sizeBytes: 1000);
            }

            AssertReads(file, "old", (1, [1]), (2, [2]));
        }

        using var again = Open(UnneededBytesMax);
        AssertReads(again, "old", (1, [1]), (2, [2]));
        Commit(again, () => Write(again, "old", 3, [3]));
        AssertReads(again, "old", (1, [1]), (2, [2]), (3, [3]));
    }

    [Fact]
    public void A_file_of_the_version_before_keeps_its_states_and_gets_journals_when_it_is_written()
    {
        MakeVersionBefore();

        using (var file = Open())
        {
            Assert.Equal(1, file.Read("a", "buffer")!.Value.Version);
            AssertReads(file, "a");
        }

        Assert.Equal(2L, Ask("SELECT version FROM dmagrains_schema"));
        using (var file = Open())
        {
            Commit(file, () => Write(file, "a", 1, [1]), () => file.Change("a", "buffer", 1, Sealed("a", 2)) is not null);
        }

        Assert.Equal(4L, Ask("SELECT version FROM dmagrains_schema"));
        using var again = Open();
        AssertReads(again, "a", (1, [1]));
        Assert.Equal(2, again.Read("a", "buffer")!.Value.Version);
    }

    [Fact]
    public void A_file_with_a_row_of_the_table_for_each_row_is_read_and_written_on()
    {
        // The version before wrote what this one writes when a transaction has one row.
        MakeFourRows();
        Execute("UPDATE dmagrains_schema SET version = 3");
        using (var file = Open())
        {
            AssertReads(file, "a", (1, [1, 2, 3]), (2, [4]), (3, [5]));
        }

        Assert.Equal(3L, Ask("SELECT version FROM dmagrains_schema"));
        using (var file = Open())
        {
            Commit(file, () => Write(file, "a", 4, [7]), () => Write(file, "b", 2, [8]));
        }

        Assert.Equal(4L, Ask("SELECT version FROM dmagrains_schema"));
        Assert.Equal(5L, Ask("SELECT count(*) FROM journal"));
        using var again = Open();
        AssertReads(again, "a", (1, [1, 2, 3]), (2, [4]), (3, [5]), (4, [7]));
        AssertReads(again, "b", (1, [6]), (2, [8]));
    }

    [Theory]
    [InlineData("DELETE FROM journal", "rows 1 to 4 of its journal are missing")]
    [InlineData("UPDATE journal SET id = 2", "row 1 of its journal is missing")]
    [InlineData("UPDATE journal SET sequence = 3", "the checksum of row 1 of its journal does not match")]
    [InlineData("UPDATE journal SET payload = CAST(payload || x'00' AS BLOB)", "the checksum of row 1 of its journal does not match")]
    [InlineData("UPDATE journal SET payload = CAST(x'01' || substr(payload, 2) AS BLOB)", "the checksum of row 1 of its journal does not match")]
    [InlineData("UPDATE journal SET payload = zeroblob(length(payload))", "the checksum of row 1 of its journal does not match")]
    [InlineData("UPDATE journal SET grain = -2", "the checksum of row 1 of its journal does not match")]
    public void A_start_finds_rows_that_share_one_and_are_missing_or_misplaced(string damage, string told)
    {
        MakeFourRowsInOne();
        Execute(damage);

        var refused = Assert.Throws<StorageException>(() => Open());

        Assert.Equal($"{Path} is damaged ({told}): restore a copy.", refused.Message);
    }

    [Fact]
    public void Damage_inside_a_row_that_shares_one_is_found_by_a_check_and_by_who_reads_it()
    {
        MakeFourRowsInOne();
        Execute("UPDATE journal SET payload = CAST(substr(payload, 1, length(payload) - 1) || x'77' AS BLOB)");

        Assert.Equal(["the checksum of row 1 of the journal of b does not match"], SqliteCheck.Findings(Path));

        using var file = Open();
        Assert.False(SealedJournal.IsWhole("b", Assert.Single(file.ReadJournal("b"))));
        Assert.All(file.ReadJournal("a"), row => Assert.True(SealedJournal.IsWhole("a", row)));
    }

    [Fact]
    public void A_file_of_the_version_before_that_crashed_while_it_was_converted_is_whole()
    {
        MakeVersionBefore();
        using var file = Open();
        Commit(file, () => Write(file, "a", 1, [1]));
        foreach (var end in new[] { "", "-wal", "-ack" })
        {
            File.Copy(Path + end, _folder.File("left.db") + end);
        }

        using var left = SqliteFile.Open(_folder.File("left.db"));
        AssertReads(left, "a", (1, [1]));
        Assert.Equal(1, left.Read("a", "buffer")!.Value.Version);
    }

    [Theory]
    [InlineData("DELETE FROM journal WHERE id = 2", "row 2 of its journal is missing")]
    [InlineData("DELETE FROM journal WHERE id = 1", "row 1 of its journal is missing")]
    [InlineData("DELETE FROM journal WHERE id = 4", "rows 4 to 4 of its journal are missing")]
    [InlineData("DELETE FROM journal", "rows 1 to 4 of its journal are missing")]
    [InlineData("UPDATE journal SET grain = 1 WHERE id = 2", "the checksum of row 2 of its journal does not match")]
    [InlineData("UPDATE journal SET sequence = 3 WHERE id = 2", "the checksum of row 2 of its journal does not match")]
    [InlineData("UPDATE journal SET name = 'c' WHERE id = 1", "the checksum of row 1 of its journal does not match")]
    [InlineData("UPDATE journal SET name = NULL WHERE id = 1", "the checksum of row 1 of its journal does not match")]
    [InlineData("UPDATE journal SET payload = x'00' WHERE id = 3", "the checksum of row 3 of its journal does not match")]
    public void A_start_finds_rows_that_are_missing_or_misplaced(string damage, string told)
    {
        MakeFourRows();
        Execute(damage);

        var refused = Assert.Throws<StorageException>(() => Open());

        Assert.Equal($"{Path} is damaged ({told}): restore a copy.", refused.Message);
    }

    [Fact]
    public void Damage_inside_a_row_is_found_by_a_check_and_by_who_reads_it()
    {
        MakeFourRows();
        Execute("UPDATE journal SET payload = CAST(substr(payload, 1, length(payload) - 1) || x'77' AS BLOB) WHERE id = 3");

        Assert.Equal(["the checksum of row 3 of the journal of a does not match"], SqliteCheck.Findings(Path));

        using var file = Open();
        Assert.False(SealedJournal.IsWhole("a", file.ReadJournal("a")[2]));
        Assert.True(SealedJournal.IsWhole("a", file.ReadJournal("a")[1]));
    }

    [Fact]
    public void A_check_of_what_is_whole_finds_nothing_and_changes_nothing()
    {
        MakeFourRows();
        var before = File.ReadAllBytes(Path);

        Assert.Empty(SqliteCheck.Findings(Path));

        Assert.Equal(before, File.ReadAllBytes(Path));
        Assert.Equal(Path, Assert.Single(Directory.GetFiles(_folder.Path)));
    }

    [Fact]
    public void A_check_tells_all_that_is_wrong()
    {
        MakeFourRows();
        using (var file = Open())
        {
            file.Begin();
            file.Change("x", "device", null, new byte[20]);
            file.Change("y", "device", null, new byte[20]);
            file.Commit();
        }

        Execute("UPDATE journal SET payload = zeroblob(length(payload)) WHERE id > 2");

        Assert.Equal(
            [
                "the checksum of state 'device' of x does not match",
                "the checksum of state 'device' of y does not match",
                "the checksum of row 3 of the journal of a does not match",
                "the checksum of row 1 of the journal of b does not match",
            ],
            SqliteCheck.Findings(Path));
    }

    [Fact]
    public async Task Wherever_a_disk_gets_full_what_was_acknowledged_stays_and_work_goes_on_when_there_is_room()
    {
        var refused = 0;
        for (var room = 0; room < 40; room += 3)
        {
            await using var disk = await SmallDisk.MountAsync(1 << 20);
            using var crashed = new CrashedFile(disk.File("state.db"));
            var random = new Random(room);
            using var file = crashed.Open();
            Commits(crashed, file, random, 15);
            disk.Fill(roomBytes: room * 4096);
            for (var attempt = 0; attempt < 20; attempt++)
            {
                refused += crashed.TryCommit(file, random) ? 0 : 1;
                crashed.AssertWhole(file);
            }

            crashed.Crash();
            Assert.Null(crashed.Refusal());
            disk.Empty();
            Commits(crashed, file, random, 15);
            crashed.AssertWhole(file);
        }

        Assert.True(refused > 0, "no disk was full");
    }

    private static void Commits(CrashedFile crashed, SqliteFile file, Random random, int commits)
    {
        for (var commit = 0; commit < commits; commit++)
        {
            crashed.Commit(file, random);
        }
    }

    private static Dictionary<string, long> Fill(SqliteFile file, int grains, int sizeBytes, int first = 0)
    {
        var last = Enumerable.Range(first, grains).ToDictionary(grain => $"grain{grain}", _ => 0L);
        Rewrite(file, last, sizeBytes);
        return last;
    }

    private static void Rewrite(SqliteFile file, Dictionary<string, long> last, int sizeBytes)
    {
        foreach (var grain in last.Keys.ToList())
        {
            Commit(file, () => Write(file, grain, ++last[grain], new byte[sizeBytes], isSnapshot: true));
        }
    }

    private static void Commit(SqliteFile file, params Func<bool>[] writes)
    {
        file.Begin();
        Assert.All(writes, write => Assert.True(write()));
        file.Commit();
    }

    private static bool Write(SqliteFile file, string grain, long sequence, byte[] bytes, bool isSnapshot = false) =>
        file.TryWrite(grain, SealedJournal.Seal(grain, sequence, isSnapshot || sequence == 1, bytes));

    private static byte[] Sealed(string grain, long version) => SealedState.Seal(grain, "buffer", version, new byte[] { 1 });

    private static void AssertReads(SqliteFile file, string grain, params (long Sequence, byte[] Bytes)[] rows)
    {
        var read = file.ReadJournal(grain);
        Assert.Equal(rows.Select(row => row.Sequence), read.Select(row => row.Sequence));
        Assert.All(read, row => Assert.True(SealedJournal.IsWhole(grain, row)));
        Assert.Equal(rows.Select(row => row.Bytes), read.Select(row => SealedState.StateOf(row.Payload).ToArray()));
    }

    private SqliteFile Open(long unneededBytesMax = SqliteJournal.UnneededBytesMax) => SqliteFile.Open(Path, unneededBytesMax: unneededBytesMax);

    private void MakeFourRows()
    {
        using var file = Open();
        Commit(file, () => Write(file, "a", 1, [1, 2, 3]));
        Commit(file, () => Write(file, "a", 2, [4]));
        Commit(file, () => Write(file, "a", 3, [5]));
        Commit(file, () => Write(file, "b", 1, [6]));
    }

    /// <summary>The same rows in one transaction, and so in one row of the table.</summary>
    private void MakeFourRowsInOne()
    {
        using (var file = Open())
        {
            Commit(
                file, () => Write(file, "a", 1, [1, 2, 3]), () => Write(file, "a", 2, [4]), () => Write(file, "a", 3, [5]), () => Write(file, "b", 1, [6]));
        }

        Assert.Equal(1L, Ask("SELECT count(*) FROM journal"));
    }

    /// <summary>A file as the version before made it, with a state.</summary>
    private void MakeVersionBefore()
    {
        using (var file = Open())
        {
            Commit(file, () => file.Change("a", "buffer", null, Sealed("a", 1)) is not null);
        }

        Execute(
            """
            DROP TABLE journal;
            ALTER TABLE dmagrains_schema DROP COLUMN journal_first;
            ALTER TABLE dmagrains_schema DROP COLUMN journal_last;
            ALTER TABLE dmagrains_schema DROP COLUMN journal_grains;
            UPDATE dmagrains_schema SET version = 2;
            PRAGMA auto_vacuum = NONE;
            VACUUM
            """);
    }

    private void Execute(string statements)
    {
        using var connection = Connect();
        connection.Execute(statements);
    }

    private object? Ask(string query)
    {
        using var connection = Connect();
        return connection.Ask(query);
    }

    private SqliteConnection Connect()
    {
        var connection = new SqliteConnection($"Data Source={Path};Pooling=False");
        connection.Open();
        return connection;
    }
}
