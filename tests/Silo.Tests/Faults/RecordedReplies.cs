using System.Collections.Immutable;
using DmaGrains.Grains.Buffers;
using DmaGrains.Model.Buffers;
using DmaGrains.Silo.Tests.Machines;
using DmaGrains.Storage;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orleans.Serialization;

namespace DmaGrains.Silo.Tests.Faults;

/// <summary>Every reply that buffers ever stored: the database keeps each row of their journals.</summary>
/// <param name="connection">How to reach the database.</param>
internal sealed class RecordedReplies(string connection)
{
    private const string Keep = """
        CREATE TABLE dmagrains.history (journal bigint, sequence bigint, is_snapshot boolean, payload bytea);
        CREATE FUNCTION dmagrains.keep() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN INSERT INTO dmagrains.history VALUES (NEW.journal, NEW.sequence, TG_TABLE_NAME = 'snapshot', NEW.payload); RETURN NEW; END $$;
        CREATE TRIGGER keep AFTER INSERT OR UPDATE ON dmagrains.snapshot FOR EACH ROW EXECUTE FUNCTION dmagrains.keep();
        CREATE TRIGGER keep AFTER INSERT ON dmagrains.entry FOR EACH ROW EXECUTE FUNCTION dmagrains.keep();
        """;

    private static readonly Serializer _serializer = new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<Serializer>();

    /// <summary>Begins to keep them.</summary>
    public Task BeginAsync() => PostgreSqlServer.ExecuteAsync(connection, Keep);

    /// <summary>The replies by board and number. Whatever was stored twice must be the same.</summary>
    public async Task<Dictionary<(string Board, long Number), RememberedReply>> ReadAsync()
    {
        var replies = new Dictionary<(string, long), RememberedReply>();
        foreach (var (grain, rows) in await JournalsAsync())
        {
            var board = grain.Split('/')[1];
            foreach (var reply in (await RepliesAsync(grain, rows)).Where(reply => !replies.TryAdd((board, reply.Number), reply)))
            {
                Assert.Equal(replies[(board, reply.Number)].Refusal, reply.Refusal);
                Assert.Equal(replies[(board, reply.Number)].Kind, reply.Kind);
            }
        }

        return replies;
    }

    /// <summary>The replies that a buffer remembered, as its journal told them after each row.</summary>
    private static async Task<List<RememberedReply>> RepliesAsync(string grain, List<JournalRow> rows)
    {
        var replies = new List<RememberedReply>();
        var store = new Rows();
        foreach (var row in rows)
        {
            store.Now = row.IsSnapshot ? [row] : store.Now.Add(row);
            var record = DmaBufferRecord.Replay(await new SealedJournal(store, grain).ReadAsync(CancellationToken.None), _serializer)!;
            replies.AddRange(record.Replies.Callers.SelectMany(caller => caller.Replies));
        }

        return replies;
    }

    private async Task<Dictionary<string, List<JournalRow>>> JournalsAsync()
    {
        var journals = new Dictionary<string, List<JournalRow>>();
        await using var source = NpgsqlDataSource.Create(connection);
        await using var command = source.CreateCommand(
            "SELECT grain, history.sequence, is_snapshot, payload FROM dmagrains.history JOIN dmagrains.journal ON id = history.journal "
            + "WHERE grain LIKE 'dma-buffer/%' ORDER BY grain, history.sequence");
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
        {
            var grain = rows.GetString(0);
            var journal = journals.TryGetValue(grain, out var known) ? known : journals[grain] = [];
            journal.Add(new(rows.GetInt64(1), rows.GetBoolean(2), (byte[])rows[3]));
        }

        return journals;
    }

    /// <summary>What the journal of the only grain would answer.</summary>
    private sealed class Rows : IJournalStore
    {
        public ImmutableArray<JournalRow> Now { get; set; } = [];

        public Task<ImmutableArray<JournalRow>> DoAsync(JournalRead read) => Task.FromResult(Now);

        public ValueTask<bool> DoAsync(JournalWrite write) => throw new NotSupportedException();
    }
}
