using System.Runtime.Versioning;

namespace DmaGrains.Storage.Sqlite;

/// <summary>Creates a file under another name, readable by its owner alone, and renames it when it is complete.</summary>
internal static class SqliteBirth
{
    [UnsupportedOSPlatform("windows")]
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Creates the file if it does not exist.</summary>
    /// <exception cref="StorageException">The file existed before but is gone or empty, or it cannot be created.</exception>
    public static void EnsureBorn(SqlitePaths paths)
    {
        if (Directory.Exists(paths.File))
        {
            throw new StorageException($"{paths.File} cannot be opened: it is a folder; expected a file.");
        }

        if (File.Exists(paths.File))
        {
            if (new FileInfo(paths.File).Length == 0)
            {
                throw new StorageException(
                    $"{paths.File} is empty, which a file of DmaGrains never is: restore a copy, or remove it to start with a new one.");
            }

            return;
        }

        if (new[] { paths.Log, paths.Acknowledged }.FirstOrDefault(left => new FileInfo(left) is { Exists: true, Length: > 0 }) is { } left)
        {
            throw new StorageException(
                $"{paths.File} is missing, although {left} shows that it existed: restore it, or remove {left} to start with a new one.");
        }

        try
        {
            Bear(paths);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // Another process may have been faster.
            if (!File.Exists(paths.File))
            {
                throw new StorageException($"{paths.File} {WhyNot(problem)}.", problem);
            }
        }
    }

    /// <summary>Opens one of our files for writing; creates it if it does not exist.</summary>
    public static FileStream OpenOwn(string path, FileShare share)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = share,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        return new(path, options);
    }

    private static void Bear(SqlitePaths paths)
    {
        // The lock keeps other processes from creating it now; leftovers of an earlier attempt are replaced.
        using var claim = OpenOwn(paths.New, FileShare.None);
        claim.SetLength(0);
        File.Delete(paths.New + "-journal");
        try
        {
            using (var connection = SqliteSchema.Connect(paths.New))
            {
                connection.Open();
                SqliteSchema.Make(connection);
            }

            File.Move(paths.New, paths.File, overwrite: false);
        }
        catch
        {
            File.Delete(paths.New);
            throw;
        }
    }

    private static string WhyNot(Exception problem) => problem switch
    {
        DirectoryNotFoundException => "cannot be opened: its folder does not exist",
        UnauthorizedAccessException => "cannot be opened: expected a file and a folder with read and write permission",
        _ => $"cannot be made: {OneLine.Of(problem.Message)}",
    };
}
