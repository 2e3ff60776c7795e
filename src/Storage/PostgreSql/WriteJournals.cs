using Npgsql;
using NpgsqlTypes;

namespace DmaGrains.Storage.PostgreSql;

/// <summary>Appends to journals, or replaces what they have by snapshots; each journal at most once.</summary>
/// <param name="writes">The operations, in the order of their keys: entries only, or snapshots only.</param>
/// <param name="isSnapshots">Whether they are snapshots.</param>
internal sealed class WriteJournals(JournalWrite[] writes, bool isSnapshots) : PostgreSqlStatement
{
    // The journal's row decides: READ COMMITTED rereads it after waiting for another writer, so of two that write the same number one is
    // refused, also when a snapshot has replaced that number meanwhile.
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

    private const string ReplaceText =
        $"""
        WITH wanted AS (
            SELECT * FROM unnest($1, $2, $3) WITH ORDINALITY AS wanted (grain, sequence, payload, place)
        ), begun AS (
            INSERT INTO {PostgreSqlSchema.Name}.journal (grain, sequence)
            SELECT grain, sequence FROM wanted WHERE sequence = 1
            ON CONFLICT DO NOTHING
            RETURNING grain, id
        ), continued AS (
            UPDATE {PostgreSqlSchema.Name}.journal AS kept SET sequence = wanted.sequence
            FROM wanted
            WHERE kept.grain = wanted.grain AND kept.sequence = wanted.sequence - 1
            RETURNING kept.id, wanted.sequence, wanted.payload, wanted.place
        ), written AS (
            SELECT id, sequence, payload, place FROM begun JOIN wanted USING (grain)
            UNION ALL
            SELECT id, sequence, payload, place FROM continued
        ), replaced AS (
            INSERT INTO {PostgreSqlSchema.Name}.snapshot (journal, sequence, payload)
            SELECT id, sequence, payload FROM written
            ON CONFLICT (journal) DO UPDATE SET sequence = excluded.sequence, payload = excluded.payload
        ), removed AS (
            DELETE FROM {PostgreSqlSchema.Name}.entry AS kept USING written
            WHERE kept.journal = written.id AND kept.sequence < written.sequence
        )
        SELECT place FROM written
        """;

    private readonly bool[] _results = new bool[writes.Length];

    /// <inheritdoc/>
    public override NpgsqlBatchCommand Command => new(isSnapshots ? ReplaceText : AppendText)
    {
        Parameters =
        {
            Column(NpgsqlDbType.Text, writes.Select(write => write.Grain)),
            Column(NpgsqlDbType.Bigint, writes.Select(write => write.Row.Sequence)),
            Column(NpgsqlDbType.Bytea, writes.Select(write => write.Row.Payload)),
        },
    };

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
