using System.Text;

namespace DmaGrains.Scenarios.Files;

/// <summary>Reads a whole text file of bounded length.</summary>
internal static class FileText
{
    /// <summary>Longest file, in bytes.</summary>
    public const int LengthMax = 1 << 20;

    private static readonly UTF8Encoding _strict = new(false, throwOnInvalidBytes: true);

    /// <summary>The text, without a byte order mark.</summary>
    /// <exception cref="FileFormatException">The file cannot be read, is too long, or is no UTF-8.</exception>
    public static string Read(string path)
    {
        var bytes = ReadBytes(path);
        try
        {
            var text = _strict.GetString(bytes);
            return text.StartsWith('\ufeff') ? text[1..] : text;
        }
        catch (DecoderFallbackException exception)
        {
            var before = bytes.AsSpan(0, exception.Index);
            var line = before.Count((byte)'\n') + 1;
            var column = exception.Index - before.LastIndexOf((byte)'\n');
            throw new Place(path, line, column).Fail("bytes that are no UTF-8", "UTF-8 text");
        }
    }

    private static byte[] ReadBytes(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            // What has no length, such as a pipe, is bounded by the read.
            var buffer = new byte[stream.CanSeek ? Math.Min(stream.Length, LengthMax) + 1 : LengthMax + 1];
            var length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            return length <= LengthMax
                ? buffer[..length]
                : throw new Place(path, 1, 1).Fail("the file is too long", $"at most {Sizes.Format(LengthMax)}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            var problem = Quoted.Shorten(exception.Message.TrimEnd('.'), 4 * Quoted.LengthMax);
            throw new Place(path, 1, 1).Fail($"the file cannot be read: {problem}", "a readable file");
        }
    }
}
