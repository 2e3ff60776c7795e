namespace DmaGrains.Storage.Sqlite;

/// <summary>A database and the files beside it.</summary>
/// <param name="File">The database's full path, behind any symbolic link: the others are where it is.</param>
internal sealed record SqlitePaths(string File)
{
    /// <summary>SQLite's write-ahead log.</summary>
    public string Log => $"{File}-wal";

    /// <summary>What of the log was acknowledged (<see cref="AcknowledgedLog"/>).</summary>
    public string Acknowledged => $"{File}-ack";

    /// <summary>The database while it is made.</summary>
    public string New => $"{File}-new";

    /// <summary>The paths of a database.</summary>
    /// <param name="file">It, or a symbolic link to it.</param>
    public static SqlitePaths Of(string file)
    {
        var named = new FileInfo(file);
        return new((named.LinkTarget is null ? named : named.ResolveLinkTarget(returnFinalTarget: true) ?? named).FullName);
    }
}
