using DmaGrains.Model;

namespace DmaGrains.Experiments.Results;

/// <summary>Writes files atomically: a kill leaves the old or the complete new content.</summary>
internal static class WholeFile
{
    /// <summary>Writes a file, or replaces it.</summary>
    /// <exception cref="ResultsException">It cannot be written; an existing file is unchanged.</exception>
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
    /// <exception cref="ResultsException">It cannot be read.</exception>
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

    /// <summary>The exception for a file that cannot be read.</summary>
    public static ResultsException Unreadable(string path, Exception problem) =>
        new($"{HarmlessText.Of(path)} cannot be read: {HarmlessText.Of(problem.Message.TrimEnd('.'))}");

    /// <summary>Runs an action that changes files.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="act">The action.</param>
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

    /// <summary>Deletes an incomplete draft.</summary>
    private static void Discard(string draft)
    {
        try
        {
            File.Delete(draft);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // Report the first problem instead.
        }
    }
}
