using Npgsql;
using NpgsqlTypes;

namespace DmaGrains.Storage.PostgreSql;

/// <summary>Changes states, each at most once.</summary>
/// <param name="changes">The operations, in the order of their keys.</param>
internal sealed class ChangeStates(StateChange[] changes) : PostgreSqlStatement
{
    // READ COMMITTED rereads a row after waiting for another writer's change, so versions decide.
    private const string Text =
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

    private readonly HashSet<(string Grain, string Name)> _changed = [];

    /// <inheritdoc/>
    public override NpgsqlBatchCommand Command => new(Text)
    {
        Parameters =
        {
            Column(NpgsqlDbType.Text, changes.Select(change => change.Grain)),
            Column(NpgsqlDbType.Text, changes.Select(change => change.Name)),
            Column(NpgsqlDbType.Bigint, changes.Select(change => change.Expected)),
            Column(NpgsqlDbType.Bytea, changes.Select(change => change.Payload)),
        },
    };

    /// <inheritdoc/>
    public override void Read(NpgsqlDataReader row) => _changed.Add((row.GetString(0), row.GetString(1)));

    /// <inheritdoc/>
    public override void Execute()
    {
        foreach (var change in changes)
        {
            change.Complete(_changed.Contains((change.Grain, change.Name)) ? StoredState.After(change.Expected) : null);
        }
    }
}
