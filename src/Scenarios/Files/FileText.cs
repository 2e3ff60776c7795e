using System.Text;
using DmaGrains.Model;

namespace DmaGrains.Scenarios.Files;

/// <summary>Reads a whole text file of bounded length.</summary>
internal static class FileText
{
    /// <summary>The longest file, in bytes.</summary>
    public const int LengthMax = 1 << 20;

    private static readonly UTF8Encoding _strict = new(false, throwOnInvalidBytes: true);

    /// <summary>The text, without a byte order mark.</summary>
    /// <param name="path">The file.</param>
    /// <param name="lengthMax">Longest file, in bytes.</param>
    /// <exception cref="FileFormatException">The file cannot be read, is too long, or is not UTF-8.</exception>
    public static string Read(string path, int lengthMax = LengthMax) => Read(path, () => Open(path), lengthMax);

    /// <summary>The text of a stream, without a byte order mark.</summary>
    /// <param name="path">Its name in messages.</param>
    /// <param name="open">Opens it.</param>
    /// <param name="lengthMax">Longest text, in bytes.</param>
    /// <exception cref="FileFormatException">It cannot be read, is too long, or is not UTF-8.</exception>
    public static string Read(string path, Func<Stream> open, int lengthMax = LengthMax)
    {
        var bytes = ReadBytes(path, open, lengthMax);
        try
        {
            return WithoutMark(_strict.GetString(bytes));
        }
        catch (DecoderFallbackException exception)
        {
            var before = bytes.AsSpan(0, exception.Index);
            var line = before.Count((byte)'\n') + 1;
            var column = exception.Index - before.LastIndexOf((byte)'\n');
            throw new Place(path, line, column).Fail("bytes that are not UTF-8", "UTF-8 text");
        }
    }

    /// <summary>Text printed by a kernel: invalid UTF-8, such as in names, is replaced.</summary>
    /// <param name="path">Its name in messages.</param>
    /// <param name="open">Opens it.</param>
    /// <param name="lengthMax">Longest text, in bytes.</param>
    /// <exception cref="FileFormatException">It cannot be read, or is too long.</exception>
    public static string ReadLoosely(string path, Func<Stream> open, int lengthMax) =>
        WithoutMark(Encoding.UTF8.GetString(ReadBytes(path, open, lengthMax)));

    /// <summary>Opens a file that others may be writing.</summary>
    public static Stream Open(string path) =>
        new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>Opens a file to be read piece by piece.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileFormatException">The file cannot be opened.</exception>
    public static Stream OpenOrFail(string path)
    {
        try
        {
            return Open(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw Unreadable(exception, path);
        }
    }

    private static string WithoutMark(string text) => text.StartsWith('\ufeff') ? text[1..] : text;

    /// <summary>The bytes of a stream.</summary>
    /// <param name="path">Its name in messages.</param>
    /// <param name="open">Opens it.</param>
    /// <param name="lengthMax">Longest, in bytes.</param>
    /// <exception cref="FileFormatException">It cannot be read, or is too long.</exception>
    public static byte[] ReadBytes(string path, Func<Stream> open, int lengthMax)
    {
        try
        {
            using var stream = open();
            // Streams without a length, such as pipes and the kernel's files, are bounded by the read.
            var buffer = new byte[stream.CanSeek && stream.Length > 0 ? Math.Min(stream.Length, lengthMax) + 1 : lengthMax + 1];
            var length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            return length <= lengthMax
                ? buffer[..length]
                : throw new Place(path, 1, 1).Fail("the file is too long", $"at most {Sizes.Format((ulong)lengthMax)}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw Unreadable(exception, path);
        }
    }

    private static FileFormatException Unreadable(Exception exception, string path) =>
        new Place(path, 1, 1).Fail($"the file cannot be read: {ReasonOf(exception, path)}", "a readable file");

    /// <summary>The reason, in words that do not depend on the runtime.</summary>
    private static string ReasonOf(Exception exception, string path) => exception switch
    {
        FileNotFoundException or DirectoryNotFoundException => "there is no such file",
        _ when Directory.Exists(path) => "it is a folder",
        UnauthorizedAccessException => "permission denied",
        ArgumentException => "no file can have that name",
        _ => HarmlessText.Cut(exception.Message.TrimEnd('.'), 4 * Quoted.LengthMax),
    };
}
