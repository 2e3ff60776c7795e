using System.Collections.Immutable;
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
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _commit;
    private readonly SqliteStatement _read;
    private readonly SqliteStatement _insert;
    private readonly SqliteStatement _update;
    private readonly int _logFramesMax;
    private readonly long _unneededBytesMax;
    private readonly TimeSpan _lookAfter;

    // Null in a file of the version before until it is written.
    private SqliteJournal? _journal;
    private bool _isConverted;
    private SqliteSchema _schema;
    private LogEnd _end;
    private FileStream? _acknowledged;
    private SafeFileHandle? _log;
    private bool _mustRoll;
    private string? _lost;
    private long _lookedAt;

    private SqliteFile(
        SqlitePaths paths, SqliteConnection connection, SqliteSchema schema, LogEnd end, int logFramesMax, TimeSpan lookAfter, long unneededBytesMax)
    {
        (_paths, _connection, _schema, _end) = (paths, connection, schema, end);
        (_logFramesMax, _lookAfter, _unneededBytesMax) = (logFramesMax, lookAfter, unneededBytesMax);

        // Reads write nothing, not even the mark that the file is open; the first write does.
        _mustRoll = true;
        var database = connection.Handle!;
        _begin = new(database, "BEGIN IMMEDIATE");
        _commit = new(database, "COMMIT");
        _read = new(database, "SELECT version, payload FROM state WHERE grain = ?1 AND name = ?2");
        _insert = new(database, "INSERT INTO state VALUES (?1, ?2, 1, ?3) ON CONFLICT DO NOTHING");
        _update = new(database, "UPDATE state SET version = version + 1, payload = ?3 WHERE grain = ?1 AND name = ?2 AND version = ?4");
        _journal = SqliteSchema.HasJournal(connection) ? new(connection, paths.File, unneededBytesMax) : null;
        _isConverted = SqliteSchema.IsConverted(connection);
    }

    /// <summary>The file's full path.</summary>
    public string Path => _paths.File;

    /// <summary>The bytes of all rows of journals, and of those that are still needed.</summary>
    public (long All, long Live) JournalSizes => (_journal?.SizeBytes ?? 0, _journal?.LiveBytes ?? 0);

    /// <summary>Opens the file and checks that it is ours, undamaged and writable, and that nothing acknowledged is missing.</summary>
    /// <param name="file">The file.</param>
    /// <param name="logFramesMax">The number of frames at which the log is checkpointed.</param>
    /// <param name="lookAfter">The interval at which a commit checks that the file is still in its place; null for 10 ms.</param>
    /// <param name="unneededBytesMax">The bytes of rows that nobody needs at which journals are cleaned, beyond as many as are needed.</param>
    /// <exception cref="StorageException">A check failed.</exception>
    public static SqliteFile Open(
        string file, int logFramesMax = LogFramesMax, TimeSpan? lookAfter = null, long unneededBytesMax = SqliteJournal.UnneededBytesMax)
    {
        var paths = SqlitePaths.Of(file);
        SqliteConnection? connection = null;
        try
        {
            SqliteBirth.EnsureBorn(paths);
            connection = SqliteSchema.Connect(paths.File);
            connection.Open();
            var schema = SqliteSchema.Claim(connection, paths.File);
            var end = LogEvidence.Verify(paths);
            CheckStates(connection, paths.File);
            return new(paths, connection, schema, end, logFramesMax, lookAfter ?? _lookEvery, unneededBytesMax);
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

        if (!_isConverted)
        {
            Convert();
        }

        _begin.Run();
    }

    /// <summary>Commits the transaction. When this returns, everything is on disk, where a start looks for it.</summary>
    public void Commit()
    {
        _journal?.Finish();
        _commit.Run();
        _journal?.Commit();
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
        _journal?.RollBack();
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
        if (!_read.Next())
        {
            return null;
        }

        var found = new StoredState(_read.NumberAt(0), _read.BytesAt(1).ToArray());
        _read.Reset();
        return found;
    }

    /// <summary>A grain's journal: the last snapshot and the entries after it, in order.</summary>
    public ImmutableArray<JournalRow> ReadJournal(string grain)
    {
        MustBeThere();
        return _journal?.Read(grain) ?? [];
    }

    /// <summary>Writes a row of a grain's journal if it is the next one; false otherwise, and nothing is changed.</summary>
    public bool TryWrite(string grain, JournalRow row) => _journal!.TryWrite(grain, row);

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
        statement.Bind(3, payload);
        if (expected is { } version)
        {
            statement.Bind(4, version);
        }

        statement.Run();
        return raw.sqlite3_changes(_connection.Handle) == 1 ? StoredState.After(expected) : null;
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
        _journal?.Dispose();
        Array.ForEach([_begin, _commit, _read, _insert, _update], statement => statement.Dispose());
        if (isClosed && _lost is null)
        {
            File.Delete(_paths.Acknowledged);
        }

        _connection.Dispose();
    }

    /// <summary>Checks all states: nothing else would notice one that is not found any more. Journals are checked when their index is read.</summary>
    private static void CheckStates(SqliteConnection connection, string path)
    {
        if (SqliteSchema.DamageOfPages(connection, 1, "state").Concat(SqliteSchema.DamageOfStates(connection)).FirstOrDefault() is { } damage)
        {
            throw new StorageException($"{path} is damaged ({damage}): restore a copy.");
        }
    }

    /// <summary>Makes a file of a version before one of this version.</summary>
    private void Convert()
    {
        _begin.Run();
        SqliteSchema.Convert(_connection);
        Commit();
        _journal ??= new(_connection, Path, _unneededBytesMax);
        _isConverted = true;
    }

    /// <summary>Records how far the log is acknowledged, after a check that a start would find file and log in their places.</summary>
    private void Acknowledge()
    {
        var frames = Checkpoint(SqliteNative.CheckpointNothing);
        if (frames == 0 && _end == LogEnd.Nothing)
        {
            // All changes of the first transaction were refused: the log is still empty.
            return;
        }

        _log ??= OpenLog();
        if (Stopwatch.GetElapsedTime(_lookedAt) >= _lookAfter)
        {
            MustBeThere();
            _lookedAt = Stopwatch.GetTimestamp();
        }

        _end = EndAt(_log, frames);
        new AcknowledgedLog(_schema.File, _schema.Generation, _end).Write(_acknowledged!);
    }

    /// <summary>Checkpoints the log and begins the next generation: the file's open mark is written before anything else.</summary>
    private void Roll(bool isOpen)
    {
        _mustRoll = true;
        _acknowledged ??= AcknowledgedLog.Open(_paths.Acknowledged);
        NoteEnd();
        Checkpoint(raw.SQLITE_CHECKPOINT_FULL);
        var journal = _journal is { Last: var last, Grains: var grains }
            ? string.Create(CultureInfo.InvariantCulture, $", journal_last = {last}, journal_grains = {grains}")
            : string.Empty;
        _connection.Execute(string.Create(
            CultureInfo.InvariantCulture,
            $"UPDATE dmagrains_schema SET generation = {_schema.Generation + 1}, is_open = {(isOpen ? 1 : 0)}{journal}"));

        // The log of a file in use is overwritten, which is faster than growing a new one.
        var isAtWork = isOpen && _log is not null;
        var frames = Checkpoint(isAtWork ? raw.SQLITE_CHECKPOINT_RESTART : raw.SQLITE_CHECKPOINT_TRUNCATE);
        _end = isAtWork ? EndAt(_log!, frames) : LogEnd.Nothing;
        _schema = _schema with { Generation = _schema.Generation + 1, IsOpen = isOpen };
        Note();
        _mustRoll = false;
    }

    /// <summary>
    /// Notes where the log ends, before a checkpoint begins: if power is lost meanwhile, the file may be readable with this log only, and a
    /// start must know that the log is whole. The log of an earlier process may be longer than that process could note.
    /// </summary>
    private void NoteEnd()
    {
        var frames = Checkpoint(SqliteNative.CheckpointNothing);
        if (frames > 0)
        {
            using var left = _log is null ? OpenLog() : null;
            _end = EndAt(_log ?? left!, frames);
        }

        Note();
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

    private LogEnd EndAt(SafeFileHandle log, int frames) => WriteAheadLog.EndAt(log, frames) ?? throw LostLog();

    private SafeFileHandle OpenLog() =>
        File.OpenHandle(_paths.Log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    private StorageException LostLog() => Lost($"{_paths.Log} was removed or replaced while it was open");

    private StorageException Lost(string why)
    {
        _lost ??= why;
        return new($"{_lost}: nothing is read or written any more. End this process, put the file back and start again.");
    }

    private static void Bind(SqliteStatement statement, string grain, string name)
    {
        statement.BindText(1, grain);
        statement.BindText(2, name);
    }
}
