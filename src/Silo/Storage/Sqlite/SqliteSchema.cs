using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace DmaGrains.Silo.Storage.Sqlite;

/// <summary>What is in the file, and how a file becomes ours.</summary>
internal static class SqliteSchema
{
    /// <summary>The version that this program reads and writes.</summary>
    public const long Version = 1;

    /// <summary>Locks the file for this process and makes the schema if the file is new. A file that is not ours is left as it is.</summary>
    public static void Claim(SqliteConnection connection, string path)
    {
        if (raw.sqlite3_db_readonly(connection.Handle, "main") == 1)
        {
            // SQLite opens such a file all the same, and fails later in ways that do not say so.
            throw new SqliteException("read-only", raw.SQLITE_READONLY);
        }

        connection.Execute("PRAGMA locking_mode = EXCLUSIVE");
        connection.Execute("BEGIN EXCLUSIVE");
        if (connection.Ask("SELECT count(*) FROM sqlite_schema") is 0L)
        {
            connection.Execute(
                $"""
                CREATE TABLE dmagrains_schema (version INTEGER NOT NULL) STRICT;
                INSERT INTO dmagrains_schema VALUES ({Version});
                CREATE TABLE state (
                    grain TEXT NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL, payload BLOB,
                    PRIMARY KEY (grain, name)) STRICT;
                """);
        }

        if (connection.Ask("SELECT count(*) FROM sqlite_schema WHERE name = 'dmagrains_schema'") is 0L)
        {
            throw new StorageException($"{path} is a database of something else: expected a new file, or one that DmaGrains made.");
        }

        if (connection.Ask("SELECT version FROM dmagrains_schema") is not long version)
        {
            throw new StorageException($"{path} is damaged (it has no schema version): put back a copy of it.");
        }

        if (version != Version)
        {
            throw new StorageException($"{path} has schema version {version}: this program needs version {Version}.");
        }

        connection.Execute("COMMIT");
        if (connection.Ask("PRAGMA quick_check(1)") is not "ok" and var damage)
        {
            throw new StorageException($"{path} is damaged ({OneLine.Of(damage?.ToString() ?? "unknown")}): put back a copy of it.");
        }

        connection.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 16384");
    }

    /// <summary>What an error of SQLite means to an operator.</summary>
    public static string WhyNot(SqliteException problem, string path) => problem.SqliteErrorCode switch
    {
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => "is in use by another process: expected a file that no silo has open",
        raw.SQLITE_READONLY => "cannot be written: expected a file and a folder with write permission",
        raw.SQLITE_CANTOPEN when !Directory.Exists(Path.GetDirectoryName(path)) =>
            "cannot be opened: its folder does not exist",
        raw.SQLITE_CANTOPEN => "cannot be opened: expected a file and a folder with read and write permission",
        raw.SQLITE_NOTADB => "is not a database: expected a new file, or one that DmaGrains made",
        raw.SQLITE_CORRUPT => "is damaged: put back a copy of it",
        raw.SQLITE_FULL => "cannot be written: the disk is full",
        _ => $"cannot be used: {OneLine.Of(problem.Message)}",
    };

    /// <summary>Carries out statements that answer nothing.</summary>
    public static void Execute(this SqliteConnection connection, string statements)
    {
        using var command = connection.CreateCommand();
        command.CommandText = statements;
        command.ExecuteNonQuery();
    }

    private static object? Ask(this SqliteConnection connection, string query)
    {
        using var command = connection.CreateCommand();
        command.CommandText = query;
        return command.ExecuteScalar();
    }
}
