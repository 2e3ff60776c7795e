using Npgsql;
using NpgsqlTypes;

namespace DmaGrains.Storage.PostgreSql;

/// <summary>Reads states.</summary>
/// <param name="reads">The operations.</param>
internal sealed class ReadStates(StateRead[] reads) : PostgreSqlStatement
{
    private const string Text =
        $"""
        SELECT place, version, payload
        FROM unnest($1, $2) WITH ORDINALITY AS wanted (grain, name, place)
        JOIN {PostgreSqlSchema.Name}.state USING (grain, name)
        """;

    private readonly StoredState?[] _results = new StoredState?[reads.Length];

    /// <inheritdoc/>
    public override NpgsqlBatchCommand Command => new(Text)
    {
        Parameters =
        {
            Column(NpgsqlDbType.Text, reads.Select(read => read.Grain)),
            Column(NpgsqlDbType.Text, reads.Select(read => read.Name)),
        },
    };

    /// <inheritdoc/>
    public override void Read(NpgsqlDataReader row) => _results[row.GetInt64(0) - 1] = new(row.GetInt64(1), row.GetFieldValue<byte[]>(2));

    /// <inheritdoc/>
    public override void Execute()
    {
        for (var place = 0; place < reads.Length; place++)
        {
            reads[place].Complete(_results[place]);
        }
    }
}
