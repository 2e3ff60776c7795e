using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace DmaGrains.Storage.Sqlite;

/// <summary>The file's schema, and its record of itself.</summary>
/// <param name="File">Its identity: 63 random bits, the same in copies.</param>
/// <param name="Generation">How often a log was begun or closed.</param>
/// <param name="IsOpen">Whether a log was begun and not properly closed.</param>
internal sealed record SqliteSchema(long File, long Generation, bool IsOpen)
{
    /// <summary>The version that this program reads and writes.</summary>
    public const long Version = 4;

    /// <summary>The first version that is converted when it is first written. It has no journals; the next one has a row of the table for each of theirs.</summary>
    public const long VersionFirst = 2;

    /// <summary>Bytes of a page.</summary>
    public const int PageBytes = 4096;

    // Seconds to wait for another process that is ending.
    private const int PatienceSeconds = 1;

    private const string Journal =
        """
        CREATE TABLE journal (
            id INTEGER PRIMARY KEY, grain INTEGER NOT NULL, sequence INTEGER NOT NULL, checksum INTEGER NOT NULL, name TEXT, payload BLOB NOT NULL) STRICT;
        ALTER TABLE dmagrains_schema ADD COLUMN journal_first INTEGER NOT NULL DEFAULT 1;
        ALTER TABLE dmagrains_schema ADD COLUMN journal_last INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE dmagrains_schema ADD COLUMN journal_grains INTEGER NOT NULL DEFAULT 0;
        """;

    /// <summary>A connection to an existing file.</summary>
    public static SqliteConnection Connect(string path) => new(new SqliteConnectionStringBuilder
    {
        DataSource = path,
        Mode = SqliteOpenMode.ReadWrite,
        DefaultTimeout = PatienceSeconds,
        Pooling = false,
    }.ConnectionString);

    /// <summary>Creates the schema in an empty file.</summary>
    public static void Make(SqliteConnection connection)
    {
        connection.Execute(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            PRAGMA locking_mode = EXCLUSIVE;
            PRAGMA page_size = {PageBytes};
            PRAGMA auto_vacuum = INCREMENTAL;
            PRAGMA synchronous = EXTRA;
            BEGIN EXCLUSIVE;
            CREATE TABLE dmagrains_schema (
                version INTEGER NOT NULL, file INTEGER NOT NULL, generation INTEGER NOT NULL, is_open INTEGER NOT NULL) STRICT;
            INSERT INTO dmagrains_schema VALUES ({Version}, {Random.Shared.NextInt64()}, 0, 0);
            CREATE TABLE state (
                grain TEXT NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL, payload BLOB NOT NULL,
                PRIMARY KEY (grain, name)) STRICT;
            {Journal}
            COMMIT;
            PRAGMA journal_mode = WAL;
            """));
    }

    /// <summary>Locks the file for this process. A file that is not ours stays unchanged, and so does its log.</summary>
    /// <returns>The record from file and log together.</returns>
    public static SqliteSchema Claim(SqliteConnection connection, string path)
    {
        if (raw.sqlite3_db_readonly(connection.Handle, "main") == 1)
        {
            // SQLite opens a read-only file without complaint and fails later with unclear errors.
            throw new SqliteException("read-only", raw.SQLITE_READONLY);
        }

        // Otherwise closing would checkpoint the log and delete it.
        raw.sqlite3_db_config(connection.Handle, raw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, out _);
        connection.Execute("PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 0");
        connection.Execute("BEGIN EXCLUSIVE");
        connection.Execute("COMMIT");
        if (connection.Ask("SELECT count(*) FROM sqlite_schema WHERE name = 'dmagrains_schema'") is 0L)
        {
            throw new StorageException($"{path} is a database of another program: expected a new file, or one created by DmaGrains.");
        }

        if (connection.Ask("SELECT version FROM dmagrains_schema") is not long version)
        {
            throw new StorageException($"{path} is damaged (it has no schema version): restore a copy.");
        }

        if (version is < VersionFirst or > Version)
        {
            throw new StorageException($"{path} has schema version {version}: this program needs version {VersionFirst} to {Version}.");
        }

        // The mode is set already, unless somebody rebuilt the file from the remains of another.
        connection.Execute("PRAGMA journal_mode = WAL");
        return Read(connection);
    }

    /// <summary>The file's record without its log; null when the file is not consistent without it.</summary>
    public static SqliteSchema? ReadWithoutLog(string path)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = $"{new Uri(path).AbsoluteUri}?immutable=1",
            Mode = SqliteOpenMode.ReadOnly,
            Pooling = false,
        }.ConnectionString);
        try
        {
            connection.Open();
            return Read(connection);
        }
        catch (Exception problem) when (problem is SqliteException or InvalidCastException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Whether the file has journals; one of the first version has none yet.</summary>
    public static bool HasJournal(SqliteConnection connection) =>
        connection.Ask("SELECT count(*) FROM sqlite_schema WHERE name = 'journal'") is not 0L;

    /// <summary>Whether the file is of the version that this program writes.</summary>
    public static bool IsConverted(SqliteConnection connection) => connection.Ask("SELECT version FROM dmagrains_schema") is long version && version == Version;

    /// <summary>Makes a file of a version before one of this version, inside a transaction.</summary>
    public static void Convert(SqliteConnection connection) => connection.Execute(string.Create(
        CultureInfo.InvariantCulture, $"{(HasJournal(connection) ? string.Empty : Journal)} UPDATE dmagrains_schema SET version = {Version}"));

    /// <summary>What is wrong with the structure of the file.</summary>
    /// <param name="connection">The file.</param>
    /// <param name="most">The most that is told.</param>
    /// <param name="table">Only this table and its indexes; null for everything.</param>
    public static IEnumerable<string> DamageOfPages(SqliteConnection connection, int most, string? table)
    {
        using var check = new SqliteStatement(connection.Handle!, string.Create(
            CultureInfo.InvariantCulture, $"PRAGMA integrity_check({(table is null ? most : $"'{table}'")})"));
        for (var told = 0; told < most && check.Next(); told++)
        {
            if (Encoding.UTF8.GetString(check.BytesAt(0)) is not "ok" and var damage)
            {
                yield return OneLine.Of(damage);
            }
        }
    }

    /// <summary>Every state that is damaged.</summary>
    public static IEnumerable<string> DamageOfStates(SqliteConnection connection)
    {
        using var states = new SqliteStatement(connection.Handle!, "SELECT grain, name, version, payload FROM state");
        while (states.Next())
        {
            if (!SealedState.IsWhole(states.BytesAt(0), states.BytesAt(1), states.NumberAt(2), states.BytesAt(3)))
            {
                yield return $"the checksum of state '{Encoding.UTF8.GetString(states.BytesAt(1))}' of "
                    + $"{Encoding.UTF8.GetString(states.BytesAt(0))} does not match";
            }
        }
    }

    /// <summary>Explains an error of SQLite to an operator.</summary>
    public static string WhyNot(SqliteException problem, string path) => problem.SqliteErrorCode switch
    {
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => "is in use by another process: expected a file that no silo has open",
        raw.SQLITE_READONLY => "cannot be written: expected a file and a folder with write permission",
        raw.SQLITE_CANTOPEN when !Directory.Exists(Path.GetDirectoryName(path)) =>
            "cannot be opened: its folder does not exist",
        raw.SQLITE_CANTOPEN => "cannot be opened: expected a file and a folder with read and write permission",
        raw.SQLITE_NOTADB => "is not a database: expected a new file, or one that DmaGrains made",
        raw.SQLITE_CORRUPT => "is damaged: restore a copy",
        raw.SQLITE_FULL => "cannot be written: the disk is full",
        _ => $"cannot be used: {OneLine.Of(problem.Message)}",
    };

    private static SqliteSchema Read(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT file, generation, is_open FROM dmagrains_schema";
        using var row = command.ExecuteReader();
        row.Read();
        return new(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2) != 0);
    }
}
