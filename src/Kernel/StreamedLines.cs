using System.Text;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Kernel;

/// <summary>The lines of a text of any length, one at a time; the memory that this takes does not depend on the text.</summary>
/// <param name="stream">The text, UTF-8; what is not is replaced.</param>
/// <param name="name">Its name in messages.</param>
internal sealed class StreamedLines(Stream stream, string name) : IDisposable
{
    /// <summary>The longest line that is read whole, in characters.</summary>
    public const int LengthMax = 64 << 10;

    // What has no line ends is no text, and may have no end either, as /dev/zero.
    private const int EndlessLength = 16 << 20;

    private readonly StreamReader _reader = new(stream, Encoding.UTF8, detectEncodingFromByteOrderMarks: false, bufferSize: 1 << 16);
    private readonly char[] _line = new char[LengthMax];
    private readonly char[] _read = new char[1 << 14];
    private int _length;
    private int _at;
    private int _end;

    /// <summary>The number of the line, from 1; 0 before the first.</summary>
    public long Number { get; private set; }

    /// <summary>The line without its end, at most <see cref="LengthMax"/> characters of it.</summary>
    public ReadOnlySpan<char> Line => _line.AsSpan(0, _length);

    /// <summary>Whether the line is longer than what <see cref="Line"/> has of it.</summary>
    public bool IsTooLong { get; private set; }

    /// <summary>Whether the text ends without ending the line: it may have been cut there.</summary>
    public bool IsUnfinished { get; private set; }

    /// <summary>Goes on to the next line.</summary>
    /// <returns>False at the end of the text.</returns>
    /// <exception cref="FileFormatException">The text cannot be read, or has no lines.</exception>
    public bool Next()
    {
        _length = 0;
        var whole = 0;
        IsTooLong = false;
        for (var any = false; ; any = true)
        {
            if (_at == _end && !Fill())
            {
                IsUnfinished = any;
                Number += any ? 1 : 0;
                return any;
            }

            var rest = _read.AsSpan(_at, _end - _at);
            var end = rest.IndexOf('\n');
            Add(end < 0 ? rest : rest[..end]);
            whole += rest.Length;
            _at += end < 0 ? rest.Length : end + 1;
            if (end >= 0)
            {
                _length -= _length > 0 && _line[_length - 1] == '\r' ? 1 : 0;
                Number++;
                return true;
            }

            if (whole > EndlessLength)
            {
                throw Here().Fail($"a line of more than {EndlessLength} characters", "a text with lines");
            }
        }
    }

    /// <summary>Closes the text.</summary>
    public void Dispose() => _reader.Dispose();

    private bool Fill()
    {
        try
        {
            _at = 0;
            _end = _reader.Read(_read, 0, _read.Length);
            return _end > 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Here().Fail($"the text cannot be read further: {exception.Message.TrimEnd('.')}", "a readable file");
        }
    }

    private Place Here() => new(name, (int)Math.Min(Number + 1, int.MaxValue), 1);

    private void Add(ReadOnlySpan<char> part)
    {
        var taken = Math.Min(part.Length, LengthMax - _length);
        part[..taken].CopyTo(_line.AsSpan(_length));
        _length += taken;
        IsTooLong |= taken < part.Length;
    }
}
