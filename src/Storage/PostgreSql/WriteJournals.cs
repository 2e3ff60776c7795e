using Npgsql;
using NpgsqlTypes;

namespace DmaGrains.Storage.PostgreSql;

/// <summary>Appends to journals, or replaces what they have by snapshots; each journal at most once.</summary>
/// <param name="writes">The operations, in the order of their keys.</param>
internal sealed class WriteJournals(JournalWrite[] writes) : PostgreSqlStatement
{
    // The journal's row decides: READ COMMITTED rereads it after waiting for another writer, so of two that write the same number one is
    // refused, also when a snapshot has replaced that number meanwhile.
    private const string WriteText =
        $"""
        WITH wanted AS (
            SELECT * FROM unnest($1, $2, $3, $4) WITH ORDINALITY AS wanted (grain, sequence, payload, is_snapshot, place)
        ), begun AS (
            INSERT INTO {PostgreSqlSchema.Name}.journal (grain, sequence)
            SELECT grain, sequence FROM wanted WHERE sequence = 1 AND is_snapshot
            ON CONFLICT DO NOTHING
            RETURNING grain, id
        ), continued AS (
            UPDATE {PostgreSqlSchema.Name}.journal AS kept SET sequence = wanted.sequence
            FROM wanted
            WHERE kept.grain = wanted.grain AND kept.sequence = wanted.sequence - 1
            RETURNING kept.id, wanted.sequence, wanted.is_snapshot, wanted.payload, wanted.place
        ), written AS (
            SELECT id, sequence, is_snapshot, payload, place FROM begun JOIN wanted USING (grain)
            UNION ALL
            SELECT id, sequence, is_snapshot, payload, place FROM continued
        ), added AS (
            INSERT INTO {PostgreSqlSchema.Name}.entry (journal, sequence, payload)
            SELECT id, sequence, payload FROM written WHERE NOT is_snapshot
        ), replaced AS (
            INSERT INTO {PostgreSqlSchema.Name}.snapshot (journal, sequence, payload)
            SELECT id, sequence, payload FROM written WHERE is_snapshot
            ON CONFLICT (journal) DO UPDATE SET sequence = excluded.sequence, payload = excluded.payload
        ), removed AS (
            DELETE FROM {PostgreSqlSchema.Name}.entry AS kept USING written
            WHERE written.is_snapshot AND kept.journal = written.id AND kept.sequence < written.sequence
        )
        SELECT place FROM written
        """;

    // What the other statement does when there are only entries, in three quarters of the time when they are few.
    private const string AppendText =
        $"""
        WITH continued AS (
            UPDATE {PostgreSqlSchema.Name}.journal AS kept SET sequence = wanted.sequence
            FROM unnest($1, $2, $3) WITH ORDINALITY AS wanted (grain, sequence, payload, place)
            WHERE kept.grain = wanted.grain AND kept.sequence = wanted.sequence - 1
            RETURNING kept.id, wanted.sequence, wanted.payload, wanted.place
        ), added AS (
            INSERT INTO {PostgreSqlSchema.Name}.entry (journal, sequence, payload) SELECT id, sequence, payload FROM continued
        )
        SELECT place FROM continued
        """;

    private readonly bool[] _results = new bool[writes.Length];

    /// <inheritdoc/>
    public override NpgsqlBatchCommand Command
    {
        get
        {
            var hasSnapshots = writes.Any(write => write.Row.IsSnapshot);
            var command = new NpgsqlBatchCommand(hasSnapshots ? WriteText : AppendText)
            {
                Parameters =
                {
                    Column(NpgsqlDbType.Text, writes.Select(write => write.Grain)),
                    Column(NpgsqlDbType.Bigint, writes.Select(write => write.Row.Sequence)),
                    Column(NpgsqlDbType.Bytea, writes.Select(write => write.Row.Payload)),
                },
            };
            if (hasSnapshots)
            {
                command.Parameters.Add(Column(NpgsqlDbType.Boolean, writes.Select(write => write.Row.IsSnapshot)));
            }

            return command;
        }
    }

    /// <inheritdoc/>
    public override void Read(NpgsqlDataReader row) => _results[row.GetInt64(0) - 1] = true;

    /// <inheritdoc/>
    public override void Execute()
    {
        for (var place = 0; place < writes.Length; place++)
        {
            writes[place].Complete(_results[place]);
        }
    }
}
