using System.Runtime.InteropServices;
using SQLitePCL;

namespace DmaGrains.Storage.Sqlite;

/// <summary>Functions of SQLite that its .NET driver does not offer.</summary>
internal static class SqliteNative
{
    /// <summary>SQLITE_CHECKPOINT_NOOP: only reports the length of the log.</summary>
    public const int CheckpointNothing = -1;

    private const int HasMovedCode = 20; // SQLITE_FCNTL_HAS_MOVED

    /// <summary>Whether the file's path now names another file, or none.</summary>
    public static bool HasMoved(sqlite3 database) => FileControl(database, null, HasMovedCode, out var hasMoved) == raw.SQLITE_OK && hasMoved != 0;

    [DllImport("e_sqlite3", EntryPoint = "sqlite3_file_control")]
    private static extern int FileControl(sqlite3 database, byte[]? name, int operation, out int answer);
}
