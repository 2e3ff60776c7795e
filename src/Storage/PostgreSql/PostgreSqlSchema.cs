using Npgsql;

namespace DmaGrains.Storage.PostgreSql;

/// <summary>The tables and statements in the database, in the schema <c>dmagrains</c>.</summary>
internal static class PostgreSqlSchema
{
    /// <summary>The schema's name.</summary>
    public const string Name = "dmagrains";

    /// <summary>The version that this program reads and writes.</summary>
    public const int Version = 4;

    // The version that becomes the current one when a silo starts.
    private const int Before = Version - 1;

    // An arbitrary number that no other program uses in the same database.
    private const long Lock = 0x444d_4147_7261_696e;

    /// <summary>Creates the schema if it does not exist, and adds what the version before lacks. Silos that start together take turns.</summary>
    /// <returns>The version of the schema; null when it records none.</returns>
    public static async Task<int?> EnsureAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var wait = new NpgsqlCommand($"SELECT pg_advisory_xact_lock({Lock})", connection);
        await wait.ExecuteNonQueryAsync(cancellation);
        await using var look = new NpgsqlCommand($"SELECT to_regclass('{Name}.schema_version') IS NULL", connection);
        if (await look.ExecuteScalarAsync(cancellation) is true)
        {
            await using var make = new NpgsqlCommand(Text("schema.sql"), connection);
            await make.ExecuteNonQueryAsync(cancellation);
        }

        var version = await VersionAsync(connection, cancellation);
        if (version == Before)
        {
            await using var add = new NpgsqlCommand(Text($"schema-from-{Before}.sql"), connection);
            await add.ExecuteNonQueryAsync(cancellation);
            version = await VersionAsync(connection, cancellation);
        }

        await transaction.CommitAsync(cancellation);
        return version;
    }

    private static async Task<int?> VersionAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var read = new NpgsqlCommand($"SELECT version FROM {Name}.schema_version", connection);
        return await read.ExecuteScalarAsync(cancellation) as int?;
    }

    private static string Text(string name)
    {
        using var file = typeof(PostgreSqlSchema).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(file);
        return reader.ReadToEnd();
    }
}
