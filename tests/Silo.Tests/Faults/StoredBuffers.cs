using DmaGrains.Grains.Buffers;
using DmaGrains.Silo.Tests.Machines;
using DmaGrains.Storage;
using DmaGrains.Storage.PostgreSql;
using DmaGrains.Storage.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace DmaGrains.Silo.Tests.Faults;

/// <summary>What is stored of buffers, read without a silo: whoever asks a buffer lets it pay.</summary>
internal static class StoredBuffers
{
    private static readonly Serializer _serializer = new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<Serializer>();

    /// <summary>Those of the buffers of a board that owe something, in a state file that nobody has open.</summary>
    public static async Task<List<string>> OwingInFileAsync(string file, string board, IEnumerable<string> buffers)
    {
        // It is read in a copy: a file that is opened is made whole.
        using var folder = new TemporaryFolder();
        var copy = folder.File("copy.db");
        foreach (var (from, to) in new[] { (file, copy), ($"{file}-wal", $"{copy}-wal"), ($"{file}-ack", $"{copy}-ack") })
        {
            File.Copy(from, to);
        }

        await using var writer = new SqliteWriter(SqliteFile.Open(copy));
        return await OwingAsync(writer, board, buffers);
    }

    /// <summary>The same in a database.</summary>
    public static async Task<List<string>> OwingInPostgreSqlAsync(string connection, string board, IEnumerable<string> buffers)
    {
        await using var store = new PostgreSqlStore(PostgreSqlConnection.Parse(connection));
        return await OwingAsync(store, board, buffers);
    }

    private static async Task<List<string>> OwingAsync(IStateStore store, string board, IEnumerable<string> buffers)
    {
        var owing = new List<string>();
        foreach (var buffer in buffers)
        {
            var grain = $"dma-buffer/{board}/{buffer}";
            if ((await ReadAsync(store, grain))!.Buffer is { IsInDebt: true })
            {
                owing.Add(buffer);
            }
        }

        return owing;
    }

    private static async Task<DmaBufferRecord?> ReadAsync(IStateStore store, string grain)
    {
        if (store is IJournalStore journals)
        {
            return DmaBufferRecord.Replay(await new SealedJournal(journals, grain).ReadAsync(TestContext.Current.CancellationToken), _serializer);
        }

        var found = await store.DoAsync(new StateRead(grain, DmaBufferRecord.StateName, TestContext.Current.CancellationToken));
        var (version, payload) = found!.Value;
        var state = SealedState.Unseal(grain, DmaBufferRecord.StateName, version, payload!)!.Value;
        return DmaBufferRecord.Replay(_serializer.Deserialize<StoredJournal>(state)!.Contents, _serializer);
    }
}
