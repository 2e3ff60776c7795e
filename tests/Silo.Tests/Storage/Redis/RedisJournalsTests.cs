using System.Text.RegularExpressions;
using DmaGrains.Silo.Tests.Machines;
using DmaGrains.Storage;
using DmaGrains.Storage.Redis;
using StackExchange.Redis;

namespace DmaGrains.Silo.Tests.Storage.Redis;

public sealed partial class RedisJournalsTests(Servers servers)
{
    private const string Grain = "dma-buffer/board/frame";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_that_forgets_scripts_is_told_them_again()
    {
        await using var store = await RedisStore.OpenAsync(await servers.NewRedisAsync());
        await store.AppendAsync(Grain, 1, 3);

        await store.Database.ExecuteAsync("SCRIPT", "FLUSH");

        await store.AppendAsync(Grain, 4, 5);
        Assert.True(await store.WriteAsync(Grain, 6, isSnapshot: true));
    }

    [Fact]
    public async Task Services_on_one_server_have_journals_of_their_own()
    {
        var server = await servers.NewRedisAsync();
        await using var store = await RedisStore.OpenAsync(server);
        await using var other = await RedisStore.OpenAsync(server, "another");

        await store.AppendAsync(Grain, 1, 2);

        Assert.Empty(await other.ReadAsync(Grain));
        await other.AppendAsync(Grain, 1, 1);
        Assert.Equal([(1, true), (2, false)], await store.ReadAsync(Grain));
    }

    [Fact]
    public async Task A_journal_is_one_key_which_does_not_grow_by_what_a_snapshot_has_replaced()
    {
        await using var store = await RedisStore.OpenAsync(await servers.NewRedisAsync());
        await store.AppendAsync(Grain, 1, 9);
        Assert.True(await store.WriteAsync(Grain, 10, isSnapshot: true));
        await store.AppendAsync(Grain, 11, 11);

        // The number of the snapshot, the snapshot, an entry.
        Assert.Equal(3, await store.Database.ListLengthAsync($"{RedisStore.Service}/journal/{Grain}"));
        Assert.Equal(1L, (long)await store.Database.ExecuteAsync("DBSIZE"));
        Assert.Equal([(10, true), (11, false)], await store.ReadAsync(Grain));
    }

    [Fact]
    public async Task A_full_server_refuses_and_changes_nothing()
    {
        await using var server = await RedisServer.StartAsync();
        await using var store = await RedisStore.OpenAsync(server.NewDatabase());
        await store.AppendAsync(Grain, 1, 2);
        await store.Database.ExecuteAsync("CONFIG", "SET", "maxmemory", "1");

        foreach (var isSnapshot in new[] { false, true })
        {
            var refused = await Assert.ThrowsAsync<StorageException>(() => store.WriteAsync(Grain, 3, isSnapshot));
            Assert.Contains("OOM", refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', refused.Message);
        }

        Assert.Equal([(1, true), (2, false)], await store.ReadAsync(Grain));
        await store.Database.ExecuteAsync("CONFIG", "SET", "maxmemory", "0");
        Assert.True(await store.WriteAsync(Grain, 3, isSnapshot: true));
    }

    [Fact]
    public async Task Journals_that_are_written_together_are_written_or_refused_each_by_itself()
    {
        await using var store = await RedisStore.OpenAsync(await servers.NewRedisAsync());
        await store.AppendAsync("taken", 1, 3);
        await store.Database.StringSetAsync($"{RedisStore.Service}/journal/text", "text");

        var text = store.WriteAsync("text", 1, isSnapshot: true);
        Task<bool>[] written = [store.WriteAsync("new", 1, isSnapshot: true), store.WriteAsync("taken", 4, isSnapshot: false)];
        Task<bool>[] refused = [store.WriteAsync("entry", 1, isSnapshot: false), store.WriteAsync("gap", 2, isSnapshot: true)];

        Assert.All(await Task.WhenAll(written), Assert.True);
        Assert.All(await Task.WhenAll(refused), Assert.False);
        Assert.Contains("WRONGTYPE", (await Assert.ThrowsAsync<StorageException>(() => text)).Message, StringComparison.Ordinal);
        Assert.False(await store.WriteAsync("taken", 4, isSnapshot: true));
        Assert.Equal([(1, true)], await store.ReadAsync("new"));
        Assert.Equal([(1, true), (2, false), (3, false), (4, false)], await store.ReadAsync("taken"));
        Assert.Empty(await store.ReadAsync("entry"));
    }

    [Fact]
    public async Task In_a_cluster_journals_of_many_slots_are_written_together()
    {
        await using var server = await RedisServer.StartClusterAsync();
        await using var store = await RedisStore.OpenAsync(server.Address);

        for (var sequence = 1; sequence <= 3; sequence++)
        {
            var last = sequence;
            var written = await Task.WhenAll(Enumerable.Range(0, 64).Select(index => store.WriteAsync($"row{index}", last, last == 1)));
            Assert.All(written, Assert.True);
        }

        Assert.False(await store.WriteAsync("row0", 3, isSnapshot: false));
        Assert.Equal([(1, true), (2, false), (3, false)], await store.ReadAsync("row63"));
    }

    [Fact]
    public async Task A_writer_that_is_closed_says_so()
    {
        await using var store = await RedisStore.OpenAsync(await servers.NewRedisAsync());
        await store.AppendAsync(Grain, 1, 2);

        await store.CloseAsync();

        var told = await Assert.ThrowsAsync<StorageException>(() => store.WriteAsync(Grain, 3, isSnapshot: false));
        Assert.EndsWith("is closed.", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_is_no_journal_is_told_and_left_alone()
    {
        await using var store = await RedisStore.OpenAsync(await servers.NewRedisAsync());
        RedisKey key = $"{RedisStore.Service}/journal/{Grain}";
        await store.Database.StringSetAsync(key, "text");

        await Assert.ThrowsAsync<StorageException>(() => store.ReadAsync(Grain));
        await Assert.ThrowsAsync<StorageException>(() => store.WriteAsync(Grain, 1, isSnapshot: true));

        Assert.Equal("text", await store.Database.StringGetAsync(key));
    }

    [Theory]
    [InlineData("word", "snapshot")]
    [InlineData("7")]
    public async Task A_list_that_is_no_journal_is_told(params string[] rows)
    {
        await using var store = await RedisStore.OpenAsync(await servers.NewRedisAsync());
        await store.Database.ListRightPushAsync($"{RedisStore.Service}/journal/{Grain}", [.. rows.Select(row => (RedisValue)row)]);

        var told = await Assert.ThrowsAsync<StorageException>(() => store.ReadAsync(Grain));

        Assert.Equal($"the journal of {Grain} is damaged: its snapshot is missing. Restore a copy.", told.Message);
    }

    [Fact]
    public async Task A_server_that_is_killed_keeps_what_was_acknowledged()
    {
        const int callers = 32;
        await using var server = await RedisServer.StartAsync();
        await using var store = await RedisStore.OpenAsync($"{server.NewDatabase()},asyncTimeout=1000,connectTimeout=1000");
        var busy = new CountdownEvent(callers);
        var writers = Enumerable.Range(0, callers).Select(index => Task.Run(() => WriteUntilItFailsAsync($"row{index}"))).ToArray();
        await Task.Run(() => busy.Wait(Cancellation), Cancellation);

        await server.KillAsync();

        var acknowledged = await Task.WhenAll(writers);
        var away = await Assert.ThrowsAsync<StorageException>(() => store.ReadAsync("row0"));
        foreach (var told in acknowledged.Select(writer => writer.Told).Append(away))
        {
            Assert.True(AnyFault().IsMatch(told.Message), told.Message);
            Assert.DoesNotContain(RedisServer.Password, told.ToString(), StringComparison.Ordinal);
        }

        await server.StartAgainAsync();
        await store.UntilItIsBackAsync();
        for (var index = 0; index < callers; index++)
        {
            // The last one may have happened or not.
            var rows = await store.ReadAsync($"row{index}");
            Assert.InRange(rows[^1].Sequence, acknowledged[index].Last, acknowledged[index].Last + 1);
            Assert.Equal(rows.Select((_, place) => (rows[0].Sequence + place, place == 0)), rows);
            Assert.True(await store.WriteAsync($"row{index}", rows[^1].Sequence + 1, isSnapshot: false));
        }

        async Task<(long Last, StorageException Told)> WriteUntilItFailsAsync(string grain)
        {
            for (var last = 0L; ; last++)
            {
                try
                {
                    await store.WriteAsync(grain, last + 1, last % 4 == 0);
                }
                catch (StorageException told)
                {
                    return (last, told);
                }

                if (last == 10)
                {
                    busy.Signal();
                }
            }
        }
    }

    [GeneratedRegex(@"^Redis at 127\.0\.0\.1:[0-9]+ failed: [^\n]{10,120}\.\z")]
    private static partial Regex AnyFault();

    private sealed class RedisStore : IAsyncDisposable
    {
        public const string Service = "service";

        private readonly ConnectionMultiplexer _connection;
        private readonly RedisJournals _journals;

        private RedisStore(ConnectionMultiplexer connection, ConfigurationOptions options, string service)
        {
            _connection = connection;
            _journals = new(connection, new(options), service);
        }

        public IDatabase Database => _connection.GetDatabase();

        public static async Task<RedisStore> OpenAsync(string configuration, string service = Service)
        {
            var options = RedisProvider.Parse(configuration);
            options.AllowAdmin = true;
            return new(await ConnectionMultiplexer.ConnectAsync(options), options, service);
        }

        public Task<bool> WriteAsync(string grain, long sequence, bool isSnapshot) =>
            _journals.DoAsync(new JournalWrite(grain, new(sequence, isSnapshot, [1]), Cancellation)).AsTask();

        /// <summary>Writes rows; the first one of a journal is a snapshot.</summary>
        public async Task AppendAsync(string grain, long first, long last)
        {
            for (var sequence = first; sequence <= last; sequence++)
            {
                Assert.True(await WriteAsync(grain, sequence, sequence == 1));
            }
        }

        public async Task<(long Sequence, bool IsSnapshot)[]> ReadAsync(string grain) =>
            [.. (await _journals.DoAsync(new JournalRead(grain, Cancellation))).Select(row => (row.Sequence, row.IsSnapshot))];

        /// <summary>Each attempt waits for an answer.</summary>
        public async Task UntilItIsBackAsync()
        {
            for (var attempt = 0; ; attempt++)
            {
                try
                {
                    await Database.PingAsync();
                    return;
                }
                catch (Exception fault) when (attempt < 20 && fault is RedisException or TimeoutException)
                {
                }
            }
        }

        public ValueTask CloseAsync() => _journals.DisposeAsync();

        public async ValueTask DisposeAsync()
        {
            await CloseAsync();
            await _connection.DisposeAsync();
        }
    }
}
