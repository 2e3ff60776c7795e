using Npgsql;
using NpgsqlTypes;

namespace DmaGrains.Storage.PostgreSql;

/// <summary>Reads journals.</summary>
/// <param name="reads">The operations.</param>
internal sealed class ReadJournals(JournalRead[] reads) : PostgreSqlStatement
{
    private const string Text =
        $"""
        SELECT place, journal.sequence, kept.sequence, kept.is_snapshot, kept.payload
        FROM unnest($1) WITH ORDINALITY AS wanted (grain, place)
        JOIN {PostgreSqlSchema.Name}.journal USING (grain)
        LEFT JOIN LATERAL (
            SELECT sequence, true AS is_snapshot, payload FROM {PostgreSqlSchema.Name}.snapshot WHERE journal = id
            UNION ALL
            SELECT sequence, false, payload FROM {PostgreSqlSchema.Name}.entry WHERE journal = id
        ) AS kept ON true
        """;

    private readonly List<JournalRow>[] _rows = [.. reads.Select(_ => new List<JournalRow>())];
    private readonly long[] _last = new long[reads.Length];

    /// <inheritdoc/>
    public override NpgsqlBatchCommand Command => new(Text) { Parameters = { Column(NpgsqlDbType.Text, reads.Select(read => read.Grain)) } };

    /// <inheritdoc/>
    public override void Read(NpgsqlDataReader row)
    {
        var place = row.GetInt64(0) - 1;
        _last[place] = row.GetInt64(1);
        if (!row.IsDBNull(2))
        {
            _rows[place].Add(new(row.GetInt64(2), row.GetBoolean(3), row.GetFieldValue<byte[]>(4)));
        }
    }

    /// <inheritdoc/>
    public override void Execute()
    {
        for (var place = 0; place < reads.Length; place++)
        {
            var rows = _rows[place];
            rows.Sort(static (one, other) => one.Sequence.CompareTo(other.Sequence));
            if ((rows.Count == 0 ? 0 : rows[^1].Sequence) == _last[place])
            {
                reads[place].Complete([.. rows]);
            }
            else
            {
                // Gaps before the last row are noticed by whoever reads the rows.
                reads[place].Fail(new StorageException($"the journal of {reads[place].Grain} is damaged: row {_last[place]} is missing. Restore a copy."));
            }
        }
    }
}
