using DmaGrains.Model;

namespace DmaGrains.Experiments.Results;

/// <summary>Files that are either as they were or whole, whenever the process is killed.</summary>
internal static class WholeFile
{
    /// <summary>Writes a file, or replaces it.</summary>
    /// <exception cref="ResultsException">It cannot be written; a file that was there is as before.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var draft = path + ".new";
        try
        {
            using (var file = new FileStream(draft, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                file.Write(content);
            }

            File.Move(draft, path, overwrite: true);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            Discard(draft);
            throw Unwritable(path, problem);
        }
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="ResultsException">It cannot be read any more.</exception>
    public static byte[] Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, problem);
        }
    }

    /// <summary>What to tell of a file that cannot be read.</summary>
    public static ResultsException Unreadable(string path, Exception problem) =>
        new($"{HarmlessText.Of(path)} cannot be read: {HarmlessText.Of(problem.Message.TrimEnd('.'))}");

    /// <summary>Carries out what changes files.</summary>
    /// <param name="path">Of which file.</param>
    /// <param name="act">Changes it.</param>
    /// <exception cref="ResultsException">It failed.</exception>
    public static void Try(string path, Action act)
    {
        try
        {
            act();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(path, problem);
        }
    }

    private static ResultsException Unwritable(string path, Exception problem) => new(
        $"{HarmlessText.Of(path)} cannot be written: {HarmlessText.Of(problem.Message.TrimEnd('.'))}; results that were written before are kept", problem);

    /// <summary>What a full disk holds of it is of no use.</summary>
    private static void Discard(string draft)
    {
        try
        {
            File.Delete(draft);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // The first problem is the one to tell.
        }
    }
}
