using DmaGrains.Scenarios.Files;

namespace DmaGrains.Client.Output;

/// <summary>A file that an option asks for.</summary>
internal static class OutputFile
{
    /// <summary>Writes it.</summary>
    /// <param name="option">The option, such as <c>--svg</c>.</param>
    /// <param name="file">The file.</param>
    /// <param name="text">What is to be in it.</param>
    /// <param name="mode">Whether one that is there is replaced.</param>
    /// <exception cref="UsageException">It cannot be written.</exception>
    public static void Write(string option, string file, string text, FileMode mode = FileMode.Create)
    {
        try
        {
            using var stream = new StreamWriter(new FileStream(file, mode));
            stream.Write(text);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException)
        {
            var expected = mode == FileMode.CreateNew ? "a new file" : "a file in a folder that is there";
            throw new UsageException(
                $"{option} {Quoted.Text(file)} cannot be written: {Quoted.Clean(problem.Message.TrimEnd('.'))}; expected {expected}.");
        }
    }
}
