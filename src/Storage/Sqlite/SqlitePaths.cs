namespace DmaGrains.Storage.Sqlite;

/// <summary>A database and the files beside it.</summary>
/// <param name="File">The database's full path, with symbolic links resolved; the other files are beside it.</param>
internal sealed record SqlitePaths(string File)
{
    /// <summary>SQLite's write-ahead log.</summary>
    public string Log => $"{File}-wal";

    /// <summary>The acknowledged end of the log (<see cref="AcknowledgedLog"/>).</summary>
    public string Acknowledged => $"{File}-ack";

    /// <summary>The database while it is being created.</summary>
    public string New => $"{File}-new";

    /// <summary>The paths of a database.</summary>
    /// <param name="file">The database, or a symbolic link to it.</param>
    public static SqlitePaths Of(string file)
    {
        var named = new FileInfo(file);
        return new((named.LinkTarget is null ? named : named.ResolveLinkTarget(returnFinalTarget: true) ?? named).FullName);
    }
}
