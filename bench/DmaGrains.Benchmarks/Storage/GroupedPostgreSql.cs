using System.Threading.Channels;
using Npgsql;
using NpgsqlTypes;

namespace DmaGrains.Benchmarks.Storage;

/// <summary>
/// An experiment, not shipped: one connection that writes whatever waits as one statement, as the SQLite storage does. Is it worth a
/// second way to PostgreSQL?
/// </summary>
internal sealed class GroupedPostgreSql : IAsyncDisposable
{
    private const int GroupMax = 256;

    private const string Statement =
        """
        WITH wanted AS (
            SELECT * FROM unnest(@grains, @versions, @payloads) AS wanted (grain, version, payload)
        ), replaced AS (
            UPDATE dmagrains.grain_state AS kept SET payload = wanted.payload, version = kept.version + 1
            FROM wanted
            WHERE kept.grain = wanted.grain AND kept.version = wanted.version
                AND state = 'buffer' AND service = 'grouped' AND n0 = 0 AND n1 = 0
            RETURNING kept.grain
        ), added AS (
            INSERT INTO dmagrains.grain_state (service, grain, n0, n1, state, version, payload)
            SELECT 'grouped', grain, 0, 0, 'buffer', 1, payload FROM wanted WHERE version = 0
            ON CONFLICT DO NOTHING
            RETURNING grain
        )
        SELECT grain FROM replaced UNION ALL SELECT grain FROM added
        """;

    private readonly Channel<Write> _queue = Channel.CreateUnbounded<Write>(new() { SingleReader = true });
    private readonly NpgsqlDataSource _source;
    private readonly Task _run;

    public GroupedPostgreSql(string connectionString)
    {
        _source = NpgsqlDataSource.Create(connectionString);
        _run = RunAsync();
    }

    /// <summary>Writes a state that is at a version, 0 for none.</summary>
    public async Task WriteAsync(string grain, int version, byte[] payload)
    {
        var write = new Write(grain, version, payload);
        _queue.Writer.TryWrite(write);
        if (!await write.Done.Task)
        {
            throw new InvalidOperationException($"{grain} is not at {version}.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.Complete();
        await _run;
        await _source.DisposeAsync();
    }

    private async Task RunAsync()
    {
        await using var connection = await _source.OpenConnectionAsync();
        await using var command = new NpgsqlCommand(Statement, connection);
        command.Parameters.Add("grains", NpgsqlDbType.Array | NpgsqlDbType.Text);
        command.Parameters.Add("versions", NpgsqlDbType.Array | NpgsqlDbType.Integer);
        command.Parameters.Add("payloads", NpgsqlDbType.Array | NpgsqlDbType.Bytea);
        await command.PrepareAsync();
        var group = new Dictionary<string, Write>();
        while (await _queue.Reader.WaitToReadAsync())
        {
            while (group.Count < GroupMax && _queue.Reader.TryRead(out var write))
            {
                group.Add(write.Grain, write);
            }

            command.Parameters[0].Value = group.Keys.ToArray();
            command.Parameters[1].Value = group.Values.Select(write => write.Version).ToArray();
            command.Parameters[2].Value = group.Values.Select(write => write.Payload).ToArray();
            await using (var rows = await command.ExecuteReaderAsync())
            {
                while (await rows.ReadAsync())
                {
                    group.Remove(rows.GetString(0), out var written);
                    written!.Done.SetResult(true);
                }
            }

            foreach (var conflict in group.Values)
            {
                conflict.Done.SetResult(false);
            }

            group.Clear();
        }
    }

    private sealed record Write(string Grain, int Version, byte[] Payload)
    {
        public TaskCompletionSource<bool> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
