namespace DmaGrains.Experiments.Results;

/// <summary>
/// Reserves a results folder for one process by a file that it keeps open and locked. However the process ends, even by SIGKILL, the folder
/// becomes free. The file is never deleted, because two processes could lock a deleted one at the same time.
/// </summary>
internal sealed class FolderLock : IDisposable
{
    /// <summary>The file's name in the folder.</summary>
    public const string Name = ".lock";

    // .NET's error codes for a file that another process has locked: EWOULDBLOCK on Linux and macOS, a sharing violation on Windows.
    private static readonly int[] _isLocked = [11, 35, unchecked((int)0x80070020)];

    private readonly FileStream _file;

    private FolderLock(FileStream file) => _file = file;

    /// <summary>Takes a folder; null when another process holds it.</summary>
    /// <param name="folder">The folder, which exists.</param>
    /// <exception cref="ResultsException">The file cannot be written.</exception>
    public static FolderLock? TryTake(string folder)
    {
        FolderLock? taken = null;
        WholeFile.Try(PathIn(folder), () => taken = Open(folder, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        return taken;
    }

    /// <summary>Whether a process holds a folder; changes nothing.</summary>
    /// <param name="folder">The folder.</param>
    public static bool IsHeld(string folder)
    {
        try
        {
            using var free = Open(folder, FileMode.Open, FileAccess.Read, FileShare.Read);
            return free is null;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // The file does not exist or cannot be read; taking the folder will report that.
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static FolderLock? Open(string folder, FileMode mode, FileAccess access, FileShare share)
    {
        try
        {
            return new(new FileStream(PathIn(folder), mode, access, share, bufferSize: 0));
        }
        catch (IOException problem) when (_isLocked.Contains(problem.HResult))
        {
            return null;
        }
    }

    private static string PathIn(string folder) => Path.Combine(folder, Name);
}
