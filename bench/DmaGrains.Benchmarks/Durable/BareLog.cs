using System.Threading.Channels;
using DmaGrains.Model;
using Microsoft.Data.Sqlite;

namespace DmaGrains.Benchmarks.Durable;

/// <summary>
/// A log in a SQLite file: one thread appends what has come in since its last commit, a row for each entry, with one commit and one fsync.
/// No snapshots, no fences and no errors, so it is the floor of what a durable command can cost.
/// </summary>
internal sealed class BareLog : IDisposable
{
    private const int GroupMax = 512;

    private readonly Channel<Entry> _entries = Channel.CreateUnbounded<Entry>(new() { SingleReader = true });
    private readonly SqliteConnection _connection;
    private readonly Thread _writer;

    public BareLog(string file)
    {
        _connection = new(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ConnectionString);
        _connection.Open();
        using var create = _connection.CreateCommand();
        create.CommandText =
            """
            PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 16384;
            CREATE TABLE log (id INTEGER PRIMARY KEY, grain INTEGER NOT NULL, entry BLOB NOT NULL) STRICT;
            """;
        create.ExecuteNonQuery();
        _writer = new(Write) { IsBackground = true, Name = "bare log" };
        _writer.Start();
    }

    /// <summary>Completes when the entry is on the disk.</summary>
    public Task AppendAsync(long grain, byte[] bytes)
    {
        var entry = new Entry(grain, bytes, new(TaskCreationOptions.RunContinuationsAsynchronously));
        Invariant.Holds(_entries.Writer.TryWrite(entry));
        return entry.Done.Task;
    }

    public void Dispose()
    {
        _entries.Writer.Complete();
        _writer.Join();
        _connection.Dispose();
    }

    private void Write()
    {
        using var begin = Prepare("BEGIN IMMEDIATE");
        using var commit = Prepare("COMMIT");
        using var insert = Prepare("INSERT INTO log (grain, entry) VALUES ($grain, $entry)");
        var grain = insert.Parameters.Add("$grain", SqliteType.Integer);
        var bytes = insert.Parameters.Add("$entry", SqliteType.Blob);
        var group = new List<Entry>(GroupMax);
        while (_entries.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            begin.ExecuteNonQuery();
            while (group.Count < GroupMax && _entries.Reader.TryRead(out var entry))
            {
                (grain.Value, bytes.Value) = (entry.Grain, entry.Bytes);
                insert.ExecuteNonQuery();
                group.Add(entry);
            }

            commit.ExecuteNonQuery();
            group.ForEach(entry => entry.Done.SetResult());
            group.Clear();
        }
    }

    private SqliteCommand Prepare(string text)
    {
        var command = _connection.CreateCommand();
        command.CommandText = text;
        return command;
    }

    private readonly record struct Entry(long Grain, byte[] Bytes, TaskCompletionSource Done);
}
