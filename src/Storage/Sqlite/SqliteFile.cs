using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.Win32.SafeHandles;
using SQLitePCL;

namespace DmaGrains.Storage.Sqlite;

/// <summary>
/// The database file: one connection with an exclusive lock, a write-ahead log that is flushed to disk at every commit, and prepared
/// statements. For one thread at a time.
/// </summary>
/// <remarks>
/// The file is marked as open before the first commit goes to the log, and every commit is recorded in a file beside it, so that a start
/// knows what it must find. Generations count the logs.
/// </remarks>
internal sealed class SqliteFile : IDisposable
{
    // A log of 64 MiB is checkpointed.
    private const int LogFramesMax = 16384;

    // How long acknowledged commits may go to a file that was moved away. They are in that file, and found if it is put back.
    private static readonly TimeSpan _lookEvery = TimeSpan.FromMilliseconds(10);


    private readonly SqlitePaths _paths;
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _begin;
    private readonly SqliteCommand _commit;
    private readonly SqliteCommand _read;
    private readonly SqliteCommand _insert;
    private readonly SqliteCommand _update;
    private readonly int _logFramesMax;
    private readonly TimeSpan _lookAfter;

    private SqliteSchema _schema;
    private LogEnd _end;
    private FileStream? _acknowledged;
    private SafeFileHandle? _log;
    private bool _mustRoll;
    private string? _lost;
    private long _lookedAt;

    private SqliteFile(SqlitePaths paths, SqliteConnection connection, SqliteSchema schema, LogEnd end, int logFramesMax, TimeSpan lookAfter)
    {
        (_paths, _connection, _schema, _end) = (paths, connection, schema, end);
        (_logFramesMax, _lookAfter) = (logFramesMax, lookAfter);

        // Reads write nothing, not even the mark that the file is open; the first write does.
        _mustRoll = true;
        _begin = Prepare("BEGIN IMMEDIATE");
        _commit = Prepare("COMMIT");
        _read = Prepare("SELECT version, payload FROM state WHERE grain = $grain AND name = $name", "$grain", "$name");
        _insert = Prepare(
            "INSERT INTO state VALUES ($grain, $name, 1, $payload) ON CONFLICT DO NOTHING",
            "$grain", "$name", "$payload");
        _update = Prepare(
            """
            UPDATE state SET version = version + 1, payload = $payload
            WHERE grain = $grain AND name = $name AND version = $version
            """,
            "$grain", "$name", "$payload", "$version");
    }

    /// <summary>The file's full path.</summary>
    public string Path => _paths.File;

    /// <summary>Opens the file and checks that it is ours, undamaged and writable, and that nothing acknowledged is missing.</summary>
    /// <param name="file">The file.</param>
    /// <param name="logFramesMax">The number of frames at which the log is checkpointed.</param>
    /// <param name="lookAfter">The interval at which a commit checks that the file is still in its place; null for 10 ms.</param>
    /// <exception cref="StorageException">A check failed.</exception>
    public static SqliteFile Open(string file, int logFramesMax = LogFramesMax, TimeSpan? lookAfter = null)
    {
        var paths = SqlitePaths.Of(file);
        SqliteConnection? connection = null;
        try
        {
            SqliteBirth.EnsureBorn(paths);
            connection = SqliteSchema.Connect(paths.File);
            connection.Open();
            var schema = SqliteSchema.Claim(connection, paths.File);
            var end = Verify(paths);
            SqliteSchema.Check(connection, paths.File);
            return new(paths, connection, schema, end, logFramesMax, lookAfter ?? _lookEvery);
        }
        catch (SqliteException problem)
        {
            connection?.Dispose();
            throw new StorageException($"{paths.File} {SqliteSchema.WhyNot(problem, paths.File)}.", problem);
        }
        catch
        {
            connection?.Dispose();
            throw;
        }
    }

    /// <summary>Starts a transaction.</summary>
    public void Begin()
    {
        MustNotBeLost();
        if (_mustRoll)
        {
            Roll(isOpen: true);
        }

        _begin.ExecuteNonQuery();
    }

    /// <summary>Commits the transaction. When this returns, everything is on disk, where a start looks for it.</summary>
    public void Commit()
    {
        _commit.ExecuteNonQuery();
        Acknowledge();
        if (_end.Frames >= _logFramesMax)
        {
            try
            {
                Roll(isOpen: true);
            }
            catch (Exception problem) when (problem is SqliteException or IOException)
            {
                // The commit is in the log. The next transaction tries the checkpoint again, or reports why it fails.
            }
        }
    }

    /// <summary>Rolls the transaction back, if SQLite has not done so already. If that fails too, the next <see cref="Begin"/> reports it.</summary>
    public void RollBack()
    {
        // Frames that it left in the log must not be mistaken for a commit.
        _mustRoll = true;
        try
        {
            if (raw.sqlite3_get_autocommit(_connection.Handle) == 0)
            {
                _connection.Execute("ROLLBACK");
            }
        }
        catch (SqliteException)
        {
            // The callers are told the first failure.
        }
    }

    /// <summary>A grain's state, or null.</summary>
    public StoredState? Read(string grain, string name)
    {
        MustBeThere();
        Bind(_read, grain, name);
        using var row = _read.ExecuteReader();
        return row.Read() ? new(row.GetInt64(0), row.GetFieldValue<byte[]>(1)) : null;
    }

    /// <summary>Writes a grain's state.</summary>
    /// <param name="grain">The grain.</param>
    /// <param name="name">The state's name.</param>
    /// <param name="expected">The version at which the row must be; null when there must be no row.</param>
    /// <param name="payload">The payload to store.</param>
    /// <returns>The new version; null when the row was not at the expected version, and nothing was changed.</returns>
    public StoredState? Change(string grain, string name, long? expected, byte[] payload)
    {
        var statement = expected is null ? _insert : _update;
        Bind(statement, grain, name);
        statement.Parameters[2].Value = payload;
        if (expected is { } version)
        {
            statement.Parameters[3].Value = version;
        }

        return statement.ExecuteNonQuery() == 1 ? StoredState.After(expected) : null;
    }

    /// <summary>Closes the file, with a checkpoint if possible; otherwise it looks to the next start like after a crash.</summary>
    public void Dispose()
    {
        var isClosed = !_schema.IsOpen;
        try
        {
            if (!isClosed)
            {
                MustBeThere();
                Roll(isOpen: false);
                isClosed = true;
            }
        }
        catch (Exception problem) when (problem is SqliteException or StorageException or IOException or UnauthorizedAccessException)
        {
            // What the file could not take stays in the log.
        }

        if (isClosed && _lost is null)
        {
            raw.sqlite3_db_config(_connection.Handle, raw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, out _);
        }

        _log?.Dispose();
        _acknowledged?.Dispose();
        if (isClosed && _lost is null)
        {
            File.Delete(_paths.Acknowledged);
        }

        _connection.Dispose();
    }

    /// <summary>Checks that everything acknowledged is there. The file is locked.</summary>
    /// <returns>The end of the log.</returns>
    private static LogEnd Verify(SqlitePaths paths)
    {
        try
        {
            var acknowledged = AcknowledgedLog.Read(paths.Acknowledged);
            var end = acknowledged?.End ?? LogEnd.Nothing;
            return LogEvidence.WhyNot(paths, SqliteSchema.ReadWithoutLog(paths.File), acknowledged, WriteAheadLog.Read(paths.Log, end)) is { } why
                ? throw new StorageException($"{why}.")
                : end;
        }
        catch (InvalidDataException)
        {
            throw new StorageException($"{paths.Acknowledged} is damaged: {LogEvidence.Remedy}.");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"{paths.File} cannot be opened: {OneLine.Of(problem.Message)}.", problem);
        }
    }

    /// <summary>Records how far the log is acknowledged, after a check that a start would find file and log in their places.</summary>
    private void Acknowledge()
    {
        var frames = Checkpoint(SqliteNative.CheckpointNothing);
        _log ??= File.OpenHandle(_paths.Log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (Stopwatch.GetElapsedTime(_lookedAt) >= _lookAfter)
        {
            MustBeThere();
            _lookedAt = Stopwatch.GetTimestamp();
        }

        _end = EndAt(frames);
        new AcknowledgedLog(_schema.File, _schema.Generation, _end).Write(_acknowledged!);
    }

    /// <summary>Checkpoints the log and begins the next generation: the file's open mark is written before anything else.</summary>
    private void Roll(bool isOpen)
    {
        _mustRoll = true;
        Checkpoint(raw.SQLITE_CHECKPOINT_FULL);
        _acknowledged ??= AcknowledgedLog.Open(_paths.Acknowledged);
        Note();
        _connection.Execute(string.Create(
            CultureInfo.InvariantCulture,
            $"UPDATE dmagrains_schema SET generation = {_schema.Generation + 1}, is_open = {(isOpen ? 1 : 0)}"));

        // The log of a file in use is overwritten, which is faster than growing a new one.
        var isAtWork = isOpen && _log is not null;
        var frames = Checkpoint(isAtWork ? raw.SQLITE_CHECKPOINT_RESTART : raw.SQLITE_CHECKPOINT_TRUNCATE);
        _end = isAtWork ? EndAt(frames) : LogEnd.Nothing;
        _schema = _schema with { Generation = _schema.Generation + 1, IsOpen = isOpen };
        Note();
        _mustRoll = false;
    }

    private void Note()
    {
        new AcknowledgedLog(_schema.File, _schema.Generation, _end).Write(_acknowledged!);
        _acknowledged!.Flush(flushToDisk: true);
    }

    /// <summary>Runs a checkpoint and returns the number of frames in the log.</summary>
    private int Checkpoint(int mode)
    {
        var code = raw.sqlite3_wal_checkpoint_v2(_connection.Handle, "main", mode, out var frames, out _);
        SqliteException.ThrowExceptionForRC(code, _connection.Handle);
        return frames;
    }

    /// <summary>Throws when the files were moved away: the next start would not find what is written to them.</summary>
    private void MustBeThere()
    {
        MustNotBeLost();
        if (SqliteNative.HasMoved(_connection.Handle!))
        {
            throw Lost($"{Path} was removed, renamed or replaced while it was open");
        }

        if (_log is not null && !File.Exists(_paths.Log))
        {
            throw LostLog();
        }
    }

    private void MustNotBeLost()
    {
        if (_lost is not null)
        {
            throw Lost(_lost);
        }
    }

    private LogEnd EndAt(int frames) => WriteAheadLog.EndAt(_log!, frames) ?? throw LostLog();

    private StorageException LostLog() => Lost($"{_paths.Log} was removed or replaced while it was open");

    private StorageException Lost(string why)
    {
        _lost ??= why;
        return new($"{_lost}: nothing is read or written any more. End this process, put the file back and start again.");
    }

    private static void Bind(SqliteCommand statement, string grain, string name)
    {
        statement.Parameters[0].Value = grain;
        statement.Parameters[1].Value = name;
    }

    private SqliteCommand Prepare(string statement, params IEnumerable<string> parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = statement;
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter, parameter switch
            {
                "$payload" => SqliteType.Blob,
                "$version" => SqliteType.Integer,
                _ => SqliteType.Text,
            });
        }

        command.Prepare();
        return command;
    }
}
