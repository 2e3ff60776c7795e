using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Kernel.Listings;

/// <summary>The lines of a kernel's text, one after another.</summary>
internal sealed class ListingLines
{
    private readonly string _file;
    private readonly string[] _lines;
    private readonly bool _isCut;
    private int _next;

    /// <summary>The lines of a text.</summary>
    public ListingLines(string text, string file)
    {
        _file = file;
        // Only a text that was converted as a whole has carriage returns at all line ends; a name may contain one, too.
        var first = text.IndexOf('\n', StringComparison.Ordinal);
        var isCarried = first > 0 && text[first - 1] == '\r';
        var lines = (isCarried ? text.Replace("\r\n", "\n", StringComparison.Ordinal) : text).Split('\n');
        _isCut = lines[^1].Length != 0;
        _lines = _isCut ? lines : lines[..^1];
    }

    /// <summary>The number of the line taken last, from 1.</summary>
    public int Number => _next;

    /// <summary>Whether the line taken last is the last of the text and has no line end, so that it may be cut.</summary>
    public bool IsCut => _isCut && _next == _lines.Length;

    /// <summary>Takes the next line.</summary>
    public bool Take([NotNullWhen(true)] out string? line)
    {
        line = _next < _lines.Length ? _lines[_next++] : null;
        return line is not null;
    }

    /// <summary>Takes the next line that is not blank.</summary>
    public bool TakeText([NotNullWhen(true)] out string? line)
    {
        while (Take(out line))
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>All remaining lines that are not blank, with their numbers.</summary>
    public IEnumerable<(int Line, string Text)> Rest()
    {
        while (TakeText(out var line))
        {
            yield return (_next, line);
        }
    }

    /// <summary>Puts back the line taken last.</summary>
    public void PutBack() => _next--;

    /// <summary>An exception for the line taken last.</summary>
    public FileFormatException Fail(int column, string problem, string expected) =>
        new Place(_file, Math.Max(1, _next), column).Fail(problem, expected);

    /// <summary>A number in that line.</summary>
    /// <param name="column">Where it starts, from 1.</param>
    /// <param name="digits">Its text.</param>
    /// <param name="what">Its name in messages.</param>
    /// <param name="max">Largest value.</param>
    /// <param name="isHex">Whether its digits are hexadecimal.</param>
    public ulong NumberAt(int column, string digits, string what, ulong max, bool isHex = false)
    {
        var style = isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        return digits.All(char.IsAsciiHexDigit)
            && ulong.TryParse(digits, style, CultureInfo.InvariantCulture, out var value) && value <= max
            ? value
            : throw Fail(column, $"{what} is {Quoted.Text(digits)}", string.Create(
                CultureInfo.InvariantCulture, $"a {(isHex ? "hexadecimal " : string.Empty)}number up to {(isHex ? $"{max:x}" : max)}"));
    }
}
