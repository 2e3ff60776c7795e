using DmaGrains.Silo.Tests.Machines;
using DmaGrains.Storage;
using DmaGrains.Storage.PostgreSql;

namespace DmaGrains.Silo.Tests.Storage.PostgreSql;

public sealed class PostgreSqlJournalTests(Servers servers)
{
    // Comes before the other grain in a group.
    private const string Held = "a";
    private const string Grain = "b";

    private const int Writers = 32;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>
    /// The statement has begun, and sees the database as it was, while another activation writes the same number and replaces it: the row
    /// that would be in the way is gone again when the statement comes to it.
    /// </summary>
    [Theory]
    [InlineData(5, false)]
    [InlineData(5, true)]
    [InlineData(0, true)]
    public async Task A_write_that_began_before_its_number_was_taken_and_replaced_is_refused(int last, bool isSnapshot)
    {
        var database = await NewDatabaseAsync();
        await using var stale = new RecordedWriter(database, PostgreSqlStatements.ChangeAsync);
        await using var current = new PostgreSqlStore(PostgreSqlConnection.Parse(database));
        await AppendAsync(current, Held, 1, last);
        await AppendAsync(current, Grain, 1, last);
        await using var holder = await OtherTransaction.BeginAsync(database);
        await holder.HoldJournalAsync(Held);
        var gate = stale.Close();
        var held = stale.WriteAsync(Held, last + 1, isSnapshot);
        var late = stale.WriteAsync(Grain, last + 1, isSnapshot);
        gate.Opens.Set();
        await holder.UntilSomebodyWaitsAsync();
        await AppendAsync(current, Grain, last + 1, last + 2);
        Assert.True(await WriteAsync(current, Grain, last + 3, isSnapshot: true));

        await holder.EndAsync();

        Assert.True(await held);
        Assert.False(await late);
        Assert.Equal([2], stale.Groups);
        Assert.Equal([(last + 3L, true)], await ReadAsync(current, Grain));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_write_that_waits_for_another_of_its_number_is_refused_when_that_is_committed(bool isSnapshot)
    {
        var database = await NewDatabaseAsync();
        await using var store = new PostgreSqlStore(PostgreSqlConnection.Parse(database));
        await AppendAsync(store, Grain, 1, 2);
        await using var other = await OtherTransaction.BeginAsync(database);
        await other.AskAsync($"UPDATE dmagrains.journal SET sequence = 3 WHERE grain = '{Grain}'");
        var write = WriteAsync(store, Grain, 3, isSnapshot);
        await other.UntilSomebodyWaitsAsync();

        await other.AskAsync("COMMIT");

        Assert.False(await write);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_write_that_waits_for_another_of_its_number_happens_when_that_is_rolled_back(bool isSnapshot)
    {
        var database = await NewDatabaseAsync();
        await using var store = new PostgreSqlStore(PostgreSqlConnection.Parse(database));
        await AppendAsync(store, Grain, 1, 2);
        await using var other = await OtherTransaction.BeginAsync(database);
        await other.AskAsync($"UPDATE dmagrains.journal SET sequence = 3 WHERE grain = '{Grain}'");
        var write = WriteAsync(store, Grain, 3, isSnapshot);
        await other.UntilSomebodyWaitsAsync();

        await other.EndAsync();

        Assert.True(await write);
    }

    [Theory]
    [InlineData("repeatable read")]
    [InlineData("serializable")]
    public async Task The_server_s_usual_isolation_does_not_matter(string isolation)
    {
        var database = await NewDatabaseAsync();
        var option = isolation.Replace(" ", "\\ ", StringComparison.Ordinal);
        await using var store = new PostgreSqlStore(PostgreSqlConnection.Parse($"{database};Options=-c default_transaction_isolation={option}"));
        await AppendAsync(store, Grain, 1, 2);
        await using var other = await OtherTransaction.BeginAsync(database);
        await other.AskAsync($"UPDATE dmagrains.journal SET sequence = 3 WHERE grain = '{Grain}'");
        var write = WriteAsync(store, Grain, 3, isSnapshot: false);
        await other.UntilSomebodyWaitsAsync();

        await other.AskAsync("COMMIT");

        Assert.False(await write);
    }

    [Fact]
    public async Task Two_writers_of_the_same_journals_lose_and_repeat_nothing()
    {
        const int rows = 40;
        const int rounds = 25;
        var database = await NewDatabaseAsync();
        await using var store = new PostgreSqlStore(PostgreSqlConnection.Parse(database));
        await using var other = new PostgreSqlStore(PostgreSqlConnection.Parse(database));
        var grains = Enumerable.Range(0, rows).Select(row => $"row{row}").ToArray();

        var done = await Task.WhenAll(WriteAllAsync(store, grains, 1), WriteAllAsync(other, [.. grains.Reverse()], 2));

        foreach (var grain in grains)
        {
            var kept = await store.DoAsync(new JournalRead(grain, Cancellation));
            Assert.Equal(done.Sum(writer => writer[grain].Count), kept[^1].Sequence);
            Assert.All(kept, row => Assert.Contains(row.Sequence, done[row.Payload[0] - 1][grain]));
        }

        static async Task<Dictionary<string, List<long>>> WriteAllAsync(PostgreSqlStore store, string[] grains, byte writer)
        {
            var done = grains.ToDictionary(grain => grain, _ => new List<long>());
            for (var round = 0; round < rounds; round++)
            {
                var seen = await Task.WhenAll(grains.Select(grain => store.DoAsync(new JournalRead(grain, Cancellation))));
                await Task.WhenAll(grains.Select(async (grain, index) =>
                {
                    var next = seen[index] is [.., var last] ? last.Sequence + 1 : 1;
                    if (await store.DoAsync(new JournalWrite(grain, new(next, (next + index) % 5 == 0 || next == 1, [writer]), Cancellation)))
                    {
                        done[grain].Add(next);
                    }
                }));
            }

            return done;
        }
    }

    [Fact]
    public async Task States_and_journals_that_wait_are_one_transaction()
    {
        await using var writer = new RecordedWriter(await NewDatabaseAsync(), PostgreSqlStatements.ChangeAsync);
        Assert.True(await writer.WriteAsync(Grain, 1, isSnapshot: true));
        await PostgreSqlServer.ExecuteAsync(writer.Database, "ALTER TABLE dmagrains.entry ADD CONSTRAINT short CHECK (length(payload) < 9)");
        var gate = writer.Close();
        var state = writer.ChangeAsync(Grain, null);
        var entry = writer.WriteAsync(Grain, 2, isSnapshot: false, new byte[9]);
        var other = writer.WriteAsync(Held, 1, isSnapshot: true);

        gate.Opens.Set();

        foreach (var failed in new Task[] { state, entry, other })
        {
            Assert.Contains("violates check constraint", (await Assert.ThrowsAsync<StorageException>(() => failed)).Message, StringComparison.Ordinal);
        }

        Assert.Null(await writer.ReadAsync(Grain));
        Assert.Equal([1, 3], writer.Groups);
        gate = writer.Close();
        state = writer.ChangeAsync(Grain, null);
        entry = writer.WriteAsync(Grain, 2, isSnapshot: false);
        gate.Opens.Set();
        Assert.Equal(1, (await state)!.Value.Version);
        Assert.True(await entry);
        Assert.Equal([1, 3, 2], writer.Groups);
    }

    [Fact]
    public async Task Refused_rows_of_a_group_do_not_touch_the_others()
    {
        await using var writer = new RecordedWriter(await NewDatabaseAsync(), PostgreSqlStatements.ChangeAsync);
        await writer.WriteAsync("begun", 1, isSnapshot: true);
        await writer.WriteAsync("appended", 1, isSnapshot: true);
        var gate = writer.Close();
        var good = new[]
        {
            writer.WriteAsync("appended", 2, isSnapshot: false), writer.WriteAsync("new", 1, isSnapshot: true), writer.WriteAsync("zz", 1, isSnapshot: true),
        };
        var bad = new[]
        {
            writer.WriteAsync("begun", 1, isSnapshot: true), writer.WriteAsync("gap", 2, isSnapshot: true), writer.WriteAsync("entry", 1, isSnapshot: false),
        };
        var impossible = writer.WriteAsync("zero\0byte", 1, isSnapshot: true);

        gate.Opens.Set();

        Assert.All(await Task.WhenAll(good), Assert.True);
        Assert.All(await Task.WhenAll(bad), Assert.False);
        Assert.Contains("invalid byte sequence", (await Assert.ThrowsAsync<StorageException>(() => impossible)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DELETE FROM dmagrains.entry WHERE sequence = 3", 3)]
    [InlineData("DELETE FROM dmagrains.entry; DELETE FROM dmagrains.snapshot", 3)]
    public async Task A_last_row_that_is_missing_is_told(string damage, int missing)
    {
        var database = await NewDatabaseAsync();
        await using var store = new PostgreSqlStore(PostgreSqlConnection.Parse(database));
        await AppendAsync(store, Grain, 1, 3);
        await AppendAsync(store, Held, 1, 1);
        await PostgreSqlServer.ExecuteAsync(database, damage);

        var told = await Assert.ThrowsAsync<StorageException>(() => store.DoAsync(new JournalRead(Grain, Cancellation)));

        Assert.Equal($"the journal of {Grain} is damaged: row {missing} is missing. Restore a copy.", told.Message);
    }

    [Fact]
    public async Task A_snapshot_takes_the_entries_before_it_with_it_and_no_others()
    {
        var database = await NewDatabaseAsync();
        await using var store = new PostgreSqlStore(PostgreSqlConnection.Parse(database));
        await AppendAsync(store, Grain, 1, 5);
        await AppendAsync(store, Held, 1, 5);

        Assert.True(await WriteAsync(store, Grain, 6, isSnapshot: true));

        await using var other = await OtherTransaction.BeginAsync(database);
        Assert.Equal(4L, await other.AskAsync("SELECT count(*) FROM dmagrains.entry"));
        Assert.Equal([(1, true), (2, false), (3, false), (4, false), (5, false)], await ReadAsync(store, Held));
    }

    [Fact]
    public async Task A_server_that_is_killed_keeps_what_was_acknowledged()
    {
        await using var server = await PostgreSqlServer.StartAsync();
        await using var store = new PostgreSqlStore(PostgreSqlConnection.Parse(await WithSchemaAsync(await server.NewDatabaseAsync())));
        var (busy, writers) = Write(store, payloadBytes: 1);
        await Task.Run(() => busy.Wait(Cancellation), Cancellation);

        await server.KillAsync();

        var acknowledged = await Task.WhenAll(writers);
        await server.StartAgainAsync();
        await AssertKeptAsync(store, acknowledged);
    }

    [Fact]
    public async Task Tables_whose_disk_is_full_keep_what_was_acknowledged_and_take_more_when_there_is_room()
    {
        await using var disk = await SmallDisk.MountAsync(24 << 20);
        await using var server = await PostgreSqlServer.StartAsync();
        await using var store = new PostgreSqlStore(PostgreSqlConnection.Parse(
            await WithSchemaAsync(await server.NewDatabaseAsync(Directory.CreateDirectory(disk.File("tables")).FullName))));
        var (busy, writers) = Write(store, payloadBytes: 1500);
        await Task.Run(() => busy.Wait(Cancellation), Cancellation);

        disk.Fill();

        var acknowledged = await Task.WhenAll(writers);
        var refused = await Assert.ThrowsAsync<StorageException>(() => WriteAsync(store, Grain, 1, isSnapshot: true, new byte[1 << 20]));
        Assert.Contains("could not extend file", refused.Message, StringComparison.Ordinal);
        disk.Empty();
        await AssertKeptAsync(store, acknowledged);
    }

    [Fact]
    public async Task A_server_whose_log_has_no_room_keeps_what_was_acknowledged_and_takes_more_when_there_is_room()
    {
        await using var disk = await SmallDisk.MountAsync(64 << 20);
        await using var server = await PostgreSqlServer.StartAsync(Directory.CreateDirectory(disk.File("log")).FullName);
        await using var store = new PostgreSqlStore(PostgreSqlConnection.Parse(await WithSchemaAsync(await server.NewDatabaseAsync())));
        var (busy, writers) = Write(store, payloadBytes: 1500);
        await Task.Run(() => busy.Wait(Cancellation), Cancellation);

        disk.Fill();

        // The server gives up all of its connections, and perhaps itself.
        var acknowledged = await Task.WhenAll(writers);
        disk.Empty();
        await server.KillAsync();
        await server.StartAgainAsync();
        await AssertKeptAsync(store, acknowledged);
    }

    /// <summary>Callers who append to a journal each until a write fails, and then tell the last number that was acknowledged.</summary>
    private static (CountdownEvent Busy, Task<long>[] Writers) Write(PostgreSqlStore store, int payloadBytes)
    {
        var busy = new CountdownEvent(Writers);
        return (busy, [.. Enumerable.Range(0, Writers).Select(index => Task.Run(() => WriteUntilItFailsAsync($"row{index}")))]);

        async Task<long> WriteUntilItFailsAsync(string grain)
        {
            for (var last = 0L; ; last++)
            {
                try
                {
                    await WriteAsync(store, grain, last + 1, last % 4 == 0, new byte[payloadBytes]);
                }
                catch (StorageException)
                {
                    return last;
                }

                if (last == 10)
                {
                    busy.Signal();
                }
            }
        }
    }

    /// <summary>What was acknowledged is there, and at most one more; journals are whole and take more.</summary>
    private static async Task AssertKeptAsync(PostgreSqlStore store, long[] acknowledged)
    {
        for (var index = 0; index < acknowledged.Length; index++)
        {
            var rows = await ReadAsync(store, $"row{index}");
            Assert.InRange(rows[^1].Sequence, acknowledged[index], acknowledged[index] + 1);
            Assert.Equal(rows.Select((_, place) => rows[0].Sequence + place), rows.Select(row => row.Sequence));
            Assert.Equal(rows.Select((_, place) => place == 0), rows.Select(row => row.IsSnapshot));
            Assert.True(await WriteAsync(store, $"row{index}", rows[^1].Sequence + 1, isSnapshot: false));
        }
    }

    private static Task<bool> WriteAsync(PostgreSqlStore store, string grain, long sequence, bool isSnapshot, byte[]? payload = null) =>
        store.DoAsync(new JournalWrite(grain, new(sequence, isSnapshot, payload ?? [1]), Cancellation)).AsTask();

    /// <summary>Writes rows; the first one of a journal is a snapshot.</summary>
    private static async Task AppendAsync(PostgreSqlStore store, string grain, long first, long last)
    {
        for (var sequence = first; sequence <= last; sequence++)
        {
            Assert.True(await WriteAsync(store, grain, sequence, sequence == 1));
        }
    }

    private static async Task<(long Sequence, bool IsSnapshot)[]> ReadAsync(PostgreSqlStore store, string grain) =>
        [.. (await store.DoAsync(new JournalRead(grain, Cancellation))).Select(row => (row.Sequence, row.IsSnapshot))];

    private async Task<string> NewDatabaseAsync() => await WithSchemaAsync(await servers.NewPostgreSqlAsync());

    private static async Task<string> WithSchemaAsync(string database)
    {
        await (await StorageProvider.OpenPostgreSqlAsync(database, Cancellation)).DisposeAsync();
        return database;
    }
}
