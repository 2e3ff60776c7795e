using Npgsql;
using NpgsqlTypes;

namespace DmaGrains.Storage.PostgreSql;

/// <summary>A group of operations as one statement.</summary>
internal static class PostgreSqlStatements
{
    // READ COMMITTED rereads a row after waiting for another writer's change, so versions decide.
    private const string ChangeText =
        $"""
        WITH wanted AS (
            SELECT * FROM unnest($1, $2, $3, $4) AS wanted (grain, name, version, payload)
        ), replaced AS (
            UPDATE {PostgreSqlSchema.Name}.state AS kept SET version = kept.version + 1, payload = wanted.payload
            FROM wanted
            WHERE kept.grain = wanted.grain AND kept.name = wanted.name AND kept.version = wanted.version
            RETURNING kept.grain, kept.name
        ), added AS (
            INSERT INTO {PostgreSqlSchema.Name}.state (grain, name, version, payload)
            SELECT grain, name, 1, payload FROM wanted WHERE version IS NULL
            ON CONFLICT DO NOTHING
            RETURNING grain, name
        )
        SELECT grain, name FROM replaced UNION ALL SELECT grain, name FROM added
        """;

    private const string ReadText =
        $"""
        SELECT place, version, payload
        FROM unnest($1, $2) WITH ORDINALITY AS wanted (grain, name, place)
        JOIN {PostgreSqlSchema.Name}.state USING (grain, name)
        """;

    // Rows are found one by one through the key, in the order of the group, even when the planner believes that the table is as small as it was when the
    // statement was prepared. So silos that change the same rows reach them in the same order.
    private const string PlanText = "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off";

    /// <summary>Prepares a connection for the other statements.</summary>
    public static async Task SetUpAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(PlanText, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Checks that the server answers.</summary>
    public static async Task PingAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("SELECT", connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Reads rows.</summary>
    /// <returns>The result of each operation.</returns>
    public static async Task<StoredState?[]> ReadAsync(NpgsqlConnection connection, IReadOnlyList<StateOperation> reads)
    {
        await using var command = new NpgsqlCommand(ReadText, connection)
        {
            Parameters =
            {
                Column(NpgsqlDbType.Text, reads.Select(read => read.Grain)),
                Column(NpgsqlDbType.Text, reads.Select(read => read.Name)),
            },
        };
        var results = new StoredState?[reads.Count];
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
        {
            results[rows.GetInt64(0) - 1] = new(rows.GetInt64(1), rows.GetFieldValue<byte[]>(2));
        }

        return results;
    }

    /// <summary>Changes rows, each at most once.</summary>
    /// <returns>The result of each operation.</returns>
    public static async Task<StoredState?[]> ChangeAsync(NpgsqlConnection connection, IReadOnlyList<StateOperation> operations)
    {
        var changes = operations.Cast<StateChange>()
            .OrderBy(change => change.Grain, StringComparer.Ordinal).ThenBy(change => change.Name, StringComparer.Ordinal)
            .ToList();
        await using var command = new NpgsqlCommand(ChangeText, connection)
        {
            Parameters =
            {
                Column(NpgsqlDbType.Text, changes.Select(change => change.Grain)),
                Column(NpgsqlDbType.Text, changes.Select(change => change.Name)),
                Column(NpgsqlDbType.Bigint, changes.Select(change => change.Expected)),
                Column(NpgsqlDbType.Bytea, changes.Select(change => change.Payload)),
            },
        };
        var changed = new HashSet<(string Grain, string Name)>();
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
        {
            changed.Add((rows.GetString(0), rows.GetString(1)));
        }

        return [.. operations.Select(operation => changed.Contains((operation.Grain, operation.Name))
            ? StoredState.After(((StateChange)operation).Expected)
            : (StoredState?)null)];
    }

    private static NpgsqlParameter Column<T>(NpgsqlDbType type, IEnumerable<T> values) =>
        new() { NpgsqlDbType = NpgsqlDbType.Array | type, Value = values.ToArray() };
}
