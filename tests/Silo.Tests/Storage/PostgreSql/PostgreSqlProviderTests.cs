using DmaGrains.Silo.Tests.Machines;
using DmaGrains.Storage;
using DmaGrains.Storage.PostgreSql;
using Npgsql;

namespace DmaGrains.Silo.Tests.Storage.PostgreSql;

public sealed class PostgreSqlProviderTests(Servers servers)
{
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
