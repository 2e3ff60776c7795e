using System.Text;
using DmaGrains.Model;

namespace DmaGrains.Analysis.Drawing;

/// <summary>Measures text in a picture. The font is monospaced, so its widths are known without the font.</summary>
internal static class Lettering
{
    /// <summary>Names of the font, the most common first.</summary>
    public const string Family = "DejaVu Sans Mono, Liberation Mono, Menlo, Consolas, monospace";

    /// <summary>Height of letters, in pixels.</summary>
    public const double Size = 12;

    /// <summary>Height of letters of headings, in pixels.</summary>
    public const double HeadingSize = 14;

    /// <summary>The distance between lines, in pixels.</summary>
    public const double LineStep = 17;

    /// <summary>Width of a character relative to its height; no common monospaced font is wider.</summary>
    private const double Aspect = 0.6021;

    /// <summary>How wide a text is as it is shown, in pixels.</summary>
    public static double WidthOf(string text, bool isHeading = false) =>
        HarmlessText.Of(text).EnumerateRunes().Sum(ColumnsOf) * Aspect * (isHeading ? HeadingSize : Size);

    /// <summary>The lines of a text that keep within a width, broken behind blanks, and within words where one alone is too wide.</summary>
    /// <returns>Parts that are the text when put together again, harmless (<see cref="HarmlessText"/>).</returns>
    public static List<string> Lines(string text, double width, bool isHeading = false)
    {
        text = HarmlessText.Of(text);
        var columns = Math.Max(2, (int)(width / WidthOf("x", isHeading)));
        var lines = new List<string>();
        var line = new StringBuilder();
        var used = 0;
        foreach (var word in WordsOf(text))
        {
            if (used > 0 && used + ColumnsOf(word.TrimEnd(' ')) > columns)
            {
                Break();
            }

            foreach (var rune in word.EnumerateRunes())
            {
                // Blanks at the end of a line are invisible and take no room.
                if (used + ColumnsOf(rune) > columns && rune.Value != ' ')
                {
                    Break();
                }

                line.Append(rune.ToString());
                used += ColumnsOf(rune);
            }
        }

        Break();
        return lines;

        void Break()
        {
            lines.Add(line.ToString());
            line.Clear();
            used = 0;
        }
    }

    private static int ColumnsOf(string text) => text.EnumerateRunes().Sum(ColumnsOf);

    /// <summary>The columns of a character: East Asian ones take two.</summary>
    private static int ColumnsOf(Rune rune) => rune.Value switch
    {
        < 0x1100 => 1,
        <= 0x115f or (>= 0x2e80 and <= 0xa4cf) or (>= 0xac00 and <= 0xd7a3) or (>= 0xf900 and <= 0xfaff)
            or (>= 0xfe30 and <= 0xfe6f) or (>= 0xff00 and <= 0xff60) or (>= 0xffe0 and <= 0xffe6) or >= 0x1f000 => 2,
        _ => 1,
    };

    /// <summary>The words, each with the blanks behind it.</summary>
    private static IEnumerable<string> WordsOf(string text)
    {
        for (var start = 0; start < text.Length;)
        {
            var blank = text.IndexOf(' ', start);
            var end = blank < 0 ? text.Length : blank;
            while (end < text.Length && text[end] == ' ')
            {
                end++;
            }

            yield return text[start..end];
            start = end;
        }
    }
}
