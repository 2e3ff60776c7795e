using System.Net;
using System.Net.Sockets;
using DmaGrains.Silo.Tests.Machines;
using DmaGrains.Storage;
using DmaGrains.Storage.PostgreSql;

namespace DmaGrains.Silo.Tests.Storage.PostgreSql;

/// <summary>Groups of changes, each one statement. A gate holds the writer while a group gathers behind it.</summary>
public sealed class PostgreSqlStoreTests(Servers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_waits_is_one_statement_and_a_conflict_is_its_own_operation_s_only()
    {
        await using var writer = await OpenAsync();
        await writer.ChangeAsync("contended", null);
        await writer.ChangeAsync("stale", null);
        var gate = writer.Close();
        var good = Enumerable.Range(0, 10).Select(index => writer.ChangeAsync($"good{index}", null)).ToArray();
        var contended = writer.ChangeAsync("contended", 1);
        var stale = writer.ChangeAsync("stale", 7);
        var existing = writer.ChangeAsync("stale", null, name: "other");
        var unborn = writer.ChangeAsync("unborn", 1);

        gate.Opens.Set();

        Assert.All(await Task.WhenAll(good), change => Assert.Equal(1, change!.Value.Version));
        Assert.Equal(2, (await contended)!.Value.Version);
        Assert.Null(await stale);
        Assert.Equal(1, (await existing)!.Value.Version);
        Assert.Null(await unborn);
        Assert.Equal([1, 1, 14], writer.Groups);
    }

    [Fact]
    public async Task Changes_of_one_row_take_effect_one_after_the_other()
    {
        await using var writer = await OpenAsync();
        var gate = writer.Close();
        var first = writer.ChangeAsync("a", null);
        var second = writer.ChangeAsync("a", 1);
        var late = writer.ChangeAsync("a", 1);
        var other = writer.ChangeAsync("b", null);

        gate.Opens.Set();

        Assert.Equal(1, (await first)!.Value.Version);
        Assert.Equal(2, (await second)!.Value.Version);
        Assert.Null(await late);
        Assert.Equal(1, (await other)!.Value.Version);
        Assert.Equal([1, 1, 2], writer.Groups);
    }

    [Fact]
    public async Task A_row_that_cannot_be_kept_is_refused_by_itself()
    {
        await using var writer = await OpenAsync();
        var gate = writer.Close();
        var before = writer.ChangeAsync("a", null);
        var impossible = writer.ChangeAsync("zero\0byte", null);
        var after = writer.ChangeAsync("b", null);

        gate.Opens.Set();

        Assert.Equal(1, (await before)!.Value.Version);
        Assert.Contains("invalid byte sequence", (await Assert.ThrowsAsync<StorageException>(() => impossible)).Message, StringComparison.Ordinal);
        Assert.Equal(1, (await after)!.Value.Version);
    }

    [Fact]
    public async Task A_refused_group_fails_as_a_whole_and_the_next_one_is_taken()
    {
        await using var writer = await OpenAsync();
        await PostgreSqlServer.ExecuteAsync(writer.Database, "ALTER TABLE dmagrains.state ADD CONSTRAINT short CHECK (length(grain) < 9)");
        var gate = writer.Close();
        var group = Enumerable.Range(0, 5).Select(index => writer.ChangeAsync($"a{index}", null)).ToList();
        group.Add(writer.ChangeAsync("much too long", null));

        gate.Opens.Set();

        foreach (var change in group)
        {
            Assert.Contains("violates check constraint", (await Assert.ThrowsAsync<StorageException>(() => change)).Message, StringComparison.Ordinal);
        }

        Assert.Null(await writer.ReadAsync("a0"));
        Assert.Equal(1, (await writer.ChangeAsync("a0", null))!.Value.Version);
    }

    [Fact]
    public async Task A_change_that_was_withdrawn_before_it_began_does_not_happen()
    {
        await using var writer = await OpenAsync();
        var gate = writer.Close();
        using var withdrawal = new CancellationTokenSource();
        var withdrawn = writer.Table.DoAsync(new StateChange("a", "buffer", null, [1], withdrawal.Token)).AsTask();
        var other = writer.ChangeAsync("b", null);
        await withdrawal.CancelAsync();

        gate.Opens.Set();

        await Assert.ThrowsAsync<TaskCanceledException>(() => withdrawn);
        Assert.Equal(1, (await other)!.Value.Version);
        Assert.Null(await writer.ReadAsync("a"));
    }

    [Fact]
    public async Task Close_carries_out_what_is_queued_and_refuses_what_comes_later()
    {
        await using var writer = await OpenAsync();
        var gate = writer.Close();
        var queued = Enumerable.Range(0, 2 * WaitingOperations.GroupMax).Select(index => writer.ChangeAsync($"a{index}", null)).ToArray();
        var closed = writer.Table.DisposeAsync();
        var late = writer.ChangeAsync("late", null);

        gate.Opens.Set();

        await closed;
        Assert.All(await Task.WhenAll(queued), change => Assert.Equal(1, change!.Value.Version));
        Assert.EndsWith(" is closed.", (await Assert.ThrowsAsync<StorageException>(() => late)).Message, StringComparison.Ordinal);
        Assert.NotNull(await writer.ReadAsync($"a{(2 * WaitingOperations.GroupMax) - 1}"));
        Assert.Null(await writer.ReadAsync("late"));
    }

    [Fact]
    public async Task A_read_waits_for_no_change_and_sees_what_is_committed()
    {
        await using var writer = await OpenAsync();
        await using var store = new PostgreSqlStore(PostgreSqlConnection.Parse(writer.Database));
        await store.DoAsync(new StateChange("a", "buffer", null, [1], Cancellation));
        await using var other = await OtherTransaction.LockAsync(writer.Database, "a");
        var change = store.DoAsync(new StateChange("a", "buffer", 1, [2], Cancellation));
        await other.UntilSomebodyWaitsAsync();

        var read = await store.DoAsync(new StateRead("a", "buffer", Cancellation));

        Assert.Equal([1], read!.Value.Payload!);
        Assert.False(change.IsCompleted);
        await other.EndAsync();
        Assert.Equal(2, (await change)!.Value.Version);
        Assert.Equal([2], (await store.DoAsync(new StateRead("a", "buffer", Cancellation)))!.Value.Payload!);
    }

    [Fact]
    public async Task Reads_of_one_row_are_answered_in_one_group()
    {
        var database = await NewDatabaseAsync();
        await using var reader = new RecordedWriter(database, PostgreSqlStatements.ReadAsync);
        await using var writer = new RecordedWriter(database, PostgreSqlStatements.ChangeAsync);
        await writer.ChangeAsync("a", null);
        var gate = reader.Close();
        var reads = ((string[])["a", "none", "a"]).Select(grain =>
            reader.Table.DoAsync(new StateRead(grain, "buffer", Cancellation)).AsTask()).ToArray();

        gate.Opens.Set();

        Assert.Equal([1, null, 1], (await Task.WhenAll(reads)).Select(read => read?.Version));
        Assert.Equal([3], reader.Groups);
    }

    [Fact]
    public async Task Writers_that_wait_for_each_other_both_get_through()
    {
        await using var writer = await OpenAsync();
        await Task.WhenAll(writer.ChangeAsync("a", null), writer.ChangeAsync("b", null));
        await using var other = await OtherTransaction.LockAsync(writer.Database, "b");
        var gate = writer.Close();
        var group = Task.WhenAll(writer.ChangeAsync("b", 1), writer.ChangeAsync("a", 1));
        gate.Opens.Set();
        await other.UntilSomebodyWaitsAsync();

        // Now each has a row that the other one wants. Ours notices first, unless this machine is very busy.
        await other.LockTooAsync("a");
        await other.EndAsync();

        Assert.All(await group, change => Assert.Equal(2, change!.Value.Version));
    }

    [Fact]
    public async Task Two_writers_of_the_same_rows_lose_and_repeat_nothing()
    {
        const int rows = 40;
        const int rounds = 25;
        var database = await NewDatabaseAsync();
        await using var store = new PostgreSqlStore(PostgreSqlConnection.Parse(database));
        await using var other = new PostgreSqlStore(PostgreSqlConnection.Parse(database));
        var grains = Enumerable.Range(0, rows).Select(row => $"row{row}").ToArray();

        var done = await Task.WhenAll(WriteAsync(store, grains), WriteAsync(other, [.. grains.Reverse()]));

        var total = grains.ToDictionary(grain => grain, grain => done.Sum(writer => writer[grain]));
        foreach (var grain in grains)
        {
            var kept = await store.DoAsync(new StateRead(grain, "buffer", Cancellation));
            Assert.Equal(total[grain], kept!.Value.Version);
        }

        static async Task<Dictionary<string, long>> WriteAsync(PostgreSqlStore store, string[] grains)
        {
            var done = grains.ToDictionary(grain => grain, _ => 0L);
            for (var round = 0; round < rounds; round++)
            {
                var seen = await Task.WhenAll(grains.Select(grain => store.DoAsync(new StateRead(grain, "buffer", Cancellation))));
                var written = await Task.WhenAll(grains.Select((grain, index) =>
                    store.DoAsync(new StateChange(grain, "buffer", seen[index]?.Version, [1], Cancellation))));
                for (var index = 0; index < grains.Length; index++)
                {
                    done[grains[index]] += written[index] is null ? 0 : 1;
                }
            }

            return done;
        }
    }

    [Fact]
    public async Task A_server_that_is_killed_fails_who_waits_and_one_that_is_back_goes_on()
    {
        const int callers = 32;
        await using var server = await PostgreSqlServer.StartAsync();
        await using var writer = await OpenAsync(await server.NewDatabaseAsync());
        await using var store = new PostgreSqlStore(PostgreSqlConnection.Parse(writer.Database));
        var busy = new CountdownEvent(callers);
        var writers = Enumerable.Range(0, callers).Select(index => Task.Run(() => WriteUntilItFailsAsync($"row{index}", busy))).ToArray();
        await Task.Run(() => busy.Wait(Cancellation), Cancellation);

        await server.KillAsync();

        var acknowledged = await Task.WhenAll(writers);
        var refused = await Assert.ThrowsAsync<StorageException>(() =>
            store.DoAsync(new StateRead("row0", "buffer", Cancellation)));
        Assert.Contains("refused", refused.Message, StringComparison.OrdinalIgnoreCase);
        await server.StartAgainAsync();
        for (var index = 0; index < callers; index++)
        {
            // The last one may have happened or not; what was acknowledged did.
            var kept = (await store.DoAsync(new StateRead($"row{index}", "buffer", Cancellation)))!.Value.Version;
            Assert.InRange(kept, acknowledged[index], acknowledged[index] + 1);
            Assert.Equal(kept + 1, (await store.DoAsync(new StateChange($"row{index}", "buffer", kept, [1], Cancellation)))!.Value.Version);
        }

        async Task<long> WriteUntilItFailsAsync(string grain, CountdownEvent busy)
        {
            for (var version = 0L; ; version++)
            {
                try
                {
                    await store.DoAsync(new StateChange(grain, "buffer", version == 0 ? null : version, [1], Cancellation));
                }
                catch (StorageException)
                {
                    return version;
                }

                if (version == 10)
                {
                    busy.Signal();
                }
            }
        }
    }

    [Fact]
    public async Task A_server_that_was_started_again_while_nobody_wrote_costs_no_write()
    {
        await using var server = await PostgreSqlServer.StartAsync();
        await using var writer = await OpenAsync(await server.NewDatabaseAsync());
        await writer.ChangeAsync("a", null);

        await server.KillAsync();
        await server.StartAgainAsync();

        Assert.Equal(2, (await writer.ChangeAsync("a", 1))!.Value.Version);
    }

    [Fact]
    public async Task A_statement_that_takes_too_long_fails_its_group_and_no_other()
    {
        var database = await NewDatabaseAsync();
        await using var writer = new RecordedWriter($"{database};Command Timeout=1", PostgreSqlStatements.ChangeAsync);
        await Task.WhenAll(writer.ChangeAsync("a", null), writer.ChangeAsync("b", null));
        await using var other = await OtherTransaction.LockAsync(database, "a");
        var stuck = writer.ChangeAsync("a", 1);
        await other.UntilSomebodyWaitsAsync();
        var next = writer.ChangeAsync("b", 1);

        await Assert.ThrowsAsync<StorageException>(() => stuck);

        Assert.Equal(2, (await next)!.Value.Version);
        await other.EndAsync();
        Assert.Equal(2, (await writer.ChangeAsync("a", 1))!.Value.Version);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_fails_all_who_came_while_it_was_tried()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var port = ((IPEndPoint)silent.LocalEndpoint).Port;
        await using var writer = new RecordedWriter($"Host=127.0.0.1;Port={port};Username=u;Timeout=1", PostgreSqlStatements.ChangeAsync);
        var first = writer.ChangeAsync("a", null);
        using var caller = await silent.AcceptTcpClientAsync(Cancellation);
        var meanwhile = writer.ChangeAsync("b", null);

        var faults = await Task.WhenAll(
            Assert.ThrowsAsync<StorageException>(() => first), Assert.ThrowsAsync<StorageException>(() => meanwhile));

        Assert.Same(faults[0], faults[1]);
        Assert.StartsWith($"PostgreSQL at 127.0.0.1:{port} (", faults[0].Message, StringComparison.Ordinal);
        Assert.Empty(writer.Groups);
    }

    private async Task<RecordedWriter> OpenAsync() => new(await NewDatabaseAsync(), PostgreSqlStatements.ChangeAsync);

    private static async Task<RecordedWriter> OpenAsync(string database) =>
        new(await WithSchemaAsync(database), PostgreSqlStatements.ChangeAsync);

    private async Task<string> NewDatabaseAsync() => await WithSchemaAsync(await servers.NewPostgreSqlAsync());

    private static async Task<string> WithSchemaAsync(string database)
    {
        await (await StorageProvider.OpenPostgreSqlAsync(database, Cancellation)).DisposeAsync();
        return database;
    }
}
