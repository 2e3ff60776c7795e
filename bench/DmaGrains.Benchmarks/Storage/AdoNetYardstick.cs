using DmaGrains.Benchmarks.Hosting;
using DmaGrains.Grains;
using DmaGrains.Grains.Storage;
using Microsoft.Data.Sqlite;
using Npgsql;
using Orleans.Configuration;

namespace DmaGrains.Benchmarks.Storage;

/// <summary>Silos on Orleans' own ADO.NET storage: what a storage of ours is held against.</summary>
internal static class AdoNetYardstick
{
    /// <summary>Starts a silo on a SQLite file, which is made.</summary>
    public static async Task<BenchmarkSilo> StartSqliteAsync(string file)
    {
        var connectionString = new SqliteConnectionStringBuilder { DataSource = file }.ConnectionString;
        await using (var connection = new SqliteConnection(connectionString))
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = Script("adonet-sqlite.sql");
            await command.ExecuteNonQueryAsync();
        }

        return await StartAsync("System.Data.SQLite", connectionString);
    }

    /// <summary>Starts a silo on a PostgreSQL database, in a schema of its own that is made anew.</summary>
    public static async Task<BenchmarkSilo> StartPostgreSqlAsync(string database)
    {
        var settings = new NpgsqlConnectionStringBuilder(database) { SearchPath = "yardstick", MaxAutoPrepare = 16 };
        await using (var source = NpgsqlDataSource.Create(database))
        {
            await using var command = source.CreateCommand(Script("adonet-postgresql.sql"));
            await command.ExecuteNonQueryAsync();
        }

        return await StartAsync("Npgsql", settings.ConnectionString);
    }

    private static Task<BenchmarkSilo> StartAsync(string invariant, string connectionString) => BenchmarkSilo.StartAsync(silo =>
    {
        silo.AddGrainServices();
        silo.AddAdoNetGrainStorage(StorageNames.Default, (AdoNetGrainStorageOptions options) =>
        {
            options.Invariant = invariant;
            options.ConnectionString = connectionString;
        });
    });

    private static string Script(string name)
    {
        using var file = typeof(AdoNetYardstick).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(file);
        return reader.ReadToEnd();
    }
}
