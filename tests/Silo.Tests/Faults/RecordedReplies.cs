using DmaGrains.Grains.Buffers;
using DmaGrains.Model.Buffers;
using DmaGrains.Silo.Tests.Machines;
using DmaGrains.Storage;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orleans.Serialization;

namespace DmaGrains.Silo.Tests.Faults;

/// <summary>Every reply that buffers ever stored: the database keeps each version of their states.</summary>
/// <param name="connection">How to reach the database.</param>
internal sealed class RecordedReplies(string connection)
{
    private const string Keep = """
        CREATE TABLE dmagrains.history (grain text, name text, version bigint, payload bytea);
        CREATE FUNCTION dmagrains.keep() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN INSERT INTO dmagrains.history VALUES (NEW.grain, NEW.name, NEW.version, NEW.payload); RETURN NEW; END $$;
        CREATE TRIGGER keep AFTER INSERT OR UPDATE ON dmagrains.state
            FOR EACH ROW WHEN (NEW.grain LIKE 'dma-buffer/%') EXECUTE FUNCTION dmagrains.keep();
        """;

    private static readonly Serializer _serializer = new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<Serializer>();

    /// <summary>Begins to keep them.</summary>
    public Task BeginAsync() => PostgreSqlServer.ExecuteAsync(connection, Keep);

    /// <summary>The replies by board and number. Whatever was stored twice must be the same.</summary>
    public async Task<Dictionary<(string Board, long Number), RememberedReply>> ReadAsync()
    {
        var replies = new Dictionary<(string, long), RememberedReply>();
        await using var source = NpgsqlDataSource.Create(connection);
        await using var command = source.CreateCommand("SELECT grain, name, version, payload FROM dmagrains.history");
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
        {
            var (grain, name) = (rows.GetString(0), rows.GetString(1));
            if (name != DmaBufferRecord.StateName || SealedState.Unseal(grain, name, rows.GetInt64(2), (byte[])rows[3]) is not { } state)
            {
                continue;
            }

            var board = grain.Split('/')[1];
            var record = DmaBufferRecord.Replay(_serializer.Deserialize<StoredJournal>(state)!.Contents, _serializer);
            foreach (var reply in record!.Replies.Callers.SelectMany(caller => caller.Replies))
            {
                if (!replies.TryAdd((board, reply.Number), reply))
                {
                    Assert.Equal(replies[(board, reply.Number)].Refusal, reply.Refusal);
                    Assert.Equal(replies[(board, reply.Number)].Kind, reply.Kind);
                }
            }
        }

        return replies;
    }
}
