using Spectre.Console.Rendering;

namespace DmaGrains.Client.Output;

/// <summary>
/// Breaks text between words: a word is never cut, and one that is longer than a line has a line of its own. Text in columns that takes
/// two lines is broken between two columns.
/// </summary>
internal static class WrappedLine
{
    private const int Hanging = 2;
    private const string Gap = "  ";

    /// <summary>The width of a text on a terminal, in characters.</summary>
    public static int WidthOf(string text) => new Segment(text).CellCount();

    /// <summary>The width of the widest word of a text.</summary>
    public static int WidestWordOf(string text) => text.Split(' ').Max(WidthOf);

    /// <summary>The lines of a text within a number of columns; those after the first are indented as the first, and a little more.</summary>
    /// <returns>Each line as a part of the text, with the additional indentation.</returns>
    public static IEnumerable<(Range Part, int Indent)> Parts(string text, int columns)
    {
        var depth = text.Length - text.TrimStart(' ').Length;
        if (ColumnsOf(text, depth, columns) is var (before, after))
        {
            yield return (before, 0);
            yield return (after, depth + Hanging);
            yield break;
        }

        var (start, end, indent) = (0, depth, 0);
        while (NextWord(text, end) is var (from, to))
        {
            if (end > (start == 0 ? depth : start) && indent + WidthOf(text[start..to]) > columns)
            {
                yield return (start..end, indent);
                (start, indent) = (from, IndentOf(depth, text[from..to], columns));
            }

            end = to;
        }

        yield return (start..end, indent);
    }

    /// <summary>The lines as text.</summary>
    public static IEnumerable<string> Lines(string text, int columns) =>
        Parts(text, columns).Select(part => new string(' ', part.Indent) + text[part.Part]);

    /// <summary>Text that is too wide, broken at the last gap between columns where both parts fit; null when there is none.</summary>
    private static (Range Before, Range After)? ColumnsOf(string text, int depth, int columns)
    {
        if (WidthOf(text) <= columns)
        {
            return null;
        }

        for (var gap = text.LastIndexOf(Gap, StringComparison.Ordinal); gap > depth; gap = text.LastIndexOf(Gap, gap - 1, StringComparison.Ordinal))
        {
            var (before, after) = (text[..gap].TrimEnd(' ').Length, gap + Gap.Length);
            if (depth + Hanging + WidthOf(text[after..]) > columns)
            {
                return null;
            }

            if (after < text.Length && WidthOf(text[..before]) <= columns)
            {
                return (0..before, after..text.Length);
            }
        }

        return null;
    }

    /// <summary>A word that would not fit is not indented.</summary>
    private static int IndentOf(int depth, string word, int columns) =>
        depth + Hanging + WidthOf(word) <= columns ? depth + Hanging : Math.Max(0, Math.Min(depth + Hanging, columns - WidthOf(word)));

    private static (int From, int To)? NextWord(string text, int at)
    {
        while (at < text.Length && text[at] == ' ')
        {
            at++;
        }

        if (at == text.Length)
        {
            return null;
        }

        var space = text.IndexOf(' ', at);
        return (at, space < 0 ? text.Length : space);
    }
}
