using Spectre.Console.Rendering;

namespace DmaGrains.Client.Output;

/// <summary>Breaks text between words: a word is never cut, and one that is longer than a line has a line of its own.</summary>
internal static class WrappedLine
{
    private const int Hanging = 2;

    /// <summary>The width of a text on a terminal, in characters.</summary>
    public static int WidthOf(string text) => new Segment(text).CellCount();

    /// <summary>The width of the widest word of a text.</summary>
    public static int WidestWordOf(string text) => text.Split(' ').Max(WidthOf);

    /// <summary>The lines of a text within a number of columns; those after the first are indented as the first, and a little more.</summary>
    /// <returns>Each line as a part of the text, with the additional indentation.</returns>
    public static IEnumerable<(Range Part, int Indent)> Parts(string text, int columns)
    {
        var depth = text.Length - text.TrimStart(' ').Length;
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
