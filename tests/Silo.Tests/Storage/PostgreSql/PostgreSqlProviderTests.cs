using DmaGrains.Silo.Tests.Machines;
using DmaGrains.Storage;
using DmaGrains.Storage.PostgreSql;
using Npgsql;

namespace DmaGrains.Silo.Tests.Storage.PostgreSql;

public sealed class PostgreSqlProviderTests(Servers servers)
{
    private const string SchemaText =
        """
        SELECT string_agg(line, E'\n' ORDER BY line) FROM (
            SELECT concat_ws(' ', table_name, column_name, data_type, collation_name, is_nullable, is_identity, column_default) AS line
            FROM information_schema.columns WHERE table_schema = 'dmagrains'
            UNION ALL
            SELECT indexdef FROM pg_indexes WHERE schemaname = 'dmagrains'
            UNION ALL
            SELECT concat_ws(' ', relname, reloptions) FROM pg_class WHERE relnamespace = 'dmagrains'::regnamespace
            UNION ALL
            SELECT QueryText FROM dmagrains.OrleansQuery
        ) AS lines
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Schema_is_made_once_by_many_who_start_together()
    {
        var database = await servers.NewPostgreSqlAsync();

        var providers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ =>
            StorageProvider.OpenPostgreSqlAsync(database, Cancellation)));

        foreach (var provider in providers)
        {
            await provider.CheckAsync(Cancellation);
            await provider.DisposeAsync();
        }

        Assert.Equal(1L, await AskAsync(database, "SELECT count(*) FROM dmagrains.schema_version"));
    }

    [Fact]
    public async Task Open_names_both_versions_when_the_schema_is_another()
    {
        var database = await servers.NewPostgreSqlAsync();
        await (await StorageProvider.OpenPostgreSqlAsync(database, Cancellation)).DisposeAsync();
        await PostgreSqlServer.ExecuteAsync(database, "UPDATE dmagrains.schema_version SET version = 7");

        await AssertRefusedAsync(database, $"has schema version 7: this program needs version {PostgreSqlSchema.Version}");
    }

    [Fact]
    public async Task Open_adds_what_the_version_before_lacks_and_keeps_what_it_has()
    {
        var (before, made) = (await servers.NewPostgreSqlAsync(), await servers.NewPostgreSqlAsync());
        await PostgreSqlServer.ExecuteAsync(before, await VersionBeforeAsync());
        await PostgreSqlServer.ExecuteAsync(before, "INSERT INTO dmagrains.state VALUES ('a', 'buffer', 7, 'x')");

        var providers = await Task.WhenAll(
            ((string[])[before, before, before, made]).Select(database => StorageProvider.OpenPostgreSqlAsync(database, Cancellation)));

        foreach (var provider in providers)
        {
            await provider.DisposeAsync();
        }

        Assert.Equal(PostgreSqlSchema.Version, await AskAsync(before, "SELECT version FROM dmagrains.schema_version"));
        Assert.Equal(await AskAsync(made, SchemaText), await AskAsync(before, SchemaText));
        await using var store = new PostgreSqlStore(PostgreSqlConnection.Parse(before));
        Assert.Equal(7, (await store.DoAsync(new StateRead("a", "buffer", Cancellation)))!.Value.Version);
        Assert.True(await store.DoAsync(new JournalWrite("a", new(1, true, [1]), Cancellation)));
    }

    [Fact]
    public async Task Open_is_refused_to_who_may_not_add_what_the_version_before_lacks()
    {
        var database = await servers.NewPostgreSqlAsync();
        await PostgreSqlServer.ExecuteAsync(
            database,
            await VersionBeforeAsync() +
            """
            CREATE ROLE clerk LOGIN PASSWORD 'clerk-7Qx';
            GRANT USAGE ON SCHEMA dmagrains TO clerk;
            GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA dmagrains TO clerk;
            """);
        var clerk = new NpgsqlConnectionStringBuilder(database) { Username = "clerk", Password = "clerk-7Qx" };

        await AssertRefusedAsync(clerk.ConnectionString, "permission denied for schema dmagrains");

        Assert.Equal(PostgreSqlSchema.Version - 1, await AskAsync(database, "SELECT version FROM dmagrains.schema_version"));
    }

    [Fact]
    public async Task Open_is_refused_when_there_is_no_schema_version()
    {
        var database = await servers.NewPostgreSqlAsync();
        await (await StorageProvider.OpenPostgreSqlAsync(database, Cancellation)).DisposeAsync();
        await PostgreSqlServer.ExecuteAsync(database, "DELETE FROM dmagrains.schema_version");

        await AssertRefusedAsync(database, "has no schema version");
    }

    [Fact]
    public async Task Open_is_refused_when_there_is_no_such_password_file()
    {
        var none = new NpgsqlConnectionStringBuilder(await servers.NewPostgreSqlAsync()) { Password = null, Passfile = "nowhere/pgpass" };

        await AssertRefusedAsync(none.ConnectionString, "nowhere/pgpass");
    }

    [Fact]
    public void What_the_connection_string_does_not_say_is_set()
    {
        var settings = PostgreSqlConnection.Parse("Host=db1").Settings;

        Assert.Equal((5, 5), (settings.Timeout, settings.CommandTimeout));
        Assert.Equal((16, 10), (settings.MaxAutoPrepare, settings.MaxPoolSize));
        Assert.Equal("dmagrains", settings.ApplicationName);
    }

    [Fact]
    public void What_the_connection_string_says_is_kept()
    {
        var settings = PostgreSqlConnection.Parse(
            "Host=db1;Timeout=7;CommandTimeout=8;Max Auto Prepare=0;MaxPoolSize=9;Application Name=mine").Settings;

        Assert.Equal((7, 8), (settings.Timeout, settings.CommandTimeout));
        Assert.Equal((0, 9), (settings.MaxAutoPrepare, settings.MaxPoolSize));
        Assert.Equal("mine", settings.ApplicationName);
    }

    [Fact]
    public async Task Open_does_not_say_a_wrong_password()
    {
        var wrong = new NpgsqlConnectionStringBuilder(await servers.NewPostgreSqlAsync()) { Password = "no-such-7Qx" };

        await AssertRefusedAsync(wrong.ConnectionString, "password authentication failed");
    }

    [Fact]
    public async Task Open_is_refused_to_who_may_not_make_the_schema()
    {
        var database = await servers.NewPostgreSqlAsync();
        await PostgreSqlServer.ExecuteAsync(database, "CREATE ROLE guest LOGIN PASSWORD 'guest-7Qx'");
        var guest = new NpgsqlConnectionStringBuilder(database) { Username = "guest", Password = "guest-7Qx" };

        await AssertRefusedAsync(guest.ConnectionString, "permission denied");
    }

    [Fact]
    public async Task Open_needs_no_more_than_rows_when_somebody_else_has_made_the_schema()
    {
        var database = await servers.NewPostgreSqlAsync();
        await (await StorageProvider.OpenPostgreSqlAsync(database, Cancellation)).DisposeAsync();
        await PostgreSqlServer.ExecuteAsync(
            database,
            """
            CREATE ROLE worker LOGIN PASSWORD 'worker-7Qx';
            GRANT USAGE ON SCHEMA dmagrains TO worker;
            GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA dmagrains TO worker;
            """);
        var worker = new NpgsqlConnectionStringBuilder(database) { Username = "worker", Password = "worker-7Qx" };

        await using var provider = await StorageProvider.OpenPostgreSqlAsync(worker.ConnectionString, Cancellation);

        await provider.CheckAsync(Cancellation);
        await using var store = new PostgreSqlStore(PostgreSqlConnection.Parse(worker.ConnectionString));
        Assert.True(await store.DoAsync(new JournalWrite("a", new(1, true, [1]), Cancellation)));
        Assert.True(await store.DoAsync(new JournalWrite("a", new(2, false, [2]), Cancellation)));
        Assert.True(await store.DoAsync(new JournalWrite("a", new(3, true, [3]), Cancellation)));
    }

    [Fact]
    public async Task Open_is_refused_when_there_is_no_such_database()
    {
        var none = new NpgsqlConnectionStringBuilder(await servers.NewPostgreSqlAsync()) { Database = "nowhere" };

        await AssertRefusedAsync(none.ConnectionString, "\"nowhere\" does not exist");
    }

    [Fact]
    public async Task Weakness_is_told_when_the_server_acknowledges_before_it_writes()
    {
        var database = new NpgsqlConnectionStringBuilder(await servers.NewPostgreSqlAsync());
        await using var strong = await StorageProvider.OpenPostgreSqlAsync(database.ConnectionString, Cancellation);
        database.Options = "-c synchronous_commit=off";

        await using var weak = await StorageProvider.OpenPostgreSqlAsync(database.ConnectionString, Cancellation);

        Assert.Null(strong.Weakness);
        Assert.Contains("synchronous_commit", weak.Weakness, StringComparison.Ordinal);
    }

    private static async Task<string> VersionBeforeAsync()
    {
        using var file = typeof(PostgreSqlProviderTests).Assembly.GetManifestResourceStream($"schema-{PostgreSqlSchema.Version - 1}.sql")!;
        using var reader = new StreamReader(file);
        return await reader.ReadToEndAsync(Cancellation);
    }

    private static async Task<object?> AskAsync(string database, string query)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(query);
        return await command.ExecuteScalarAsync(Cancellation);
    }

    private static async Task AssertRefusedAsync(string database, string saying)
    {
        var refused = await Assert.ThrowsAsync<StorageException>(() => StorageProvider.OpenPostgreSqlAsync(database, Cancellation));

        Assert.StartsWith("PostgreSQL at 127.0.0.1:", refused.Message, StringComparison.Ordinal);
        Assert.Contains(saying, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("7Qx", refused.ToString(), StringComparison.Ordinal);
    }
}
