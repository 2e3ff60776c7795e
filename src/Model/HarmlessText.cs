using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace DmaGrains.Model;

/// <summary>
/// Makes text from files and callers safe to show: invisible characters, which could move a terminal's cursor or change the direction of
/// text, become escapes such as <c>\u202e</c>. In JSON the escaped text is the same text.
/// </summary>
public static class HarmlessText
{
    /// <summary>A text in one line.</summary>
    /// <returns>The same object when there is nothing to escape.</returns>
    public static string Of(string text) => Escaped(text, keepsLines: false);

    /// <summary>A text that may have several lines, and tabs in them.</summary>
    /// <returns>The same object when there is nothing to escape.</returns>
    public static string Lines(string text) => Escaped(text, keepsLines: true);

    /// <summary>The first characters of a text in one line, with a mark where more followed.</summary>
    public static string Short(string text, int lengthMax) =>
        Of(Cut(text, lengthMax));

    /// <summary>The first characters of a text, unescaped, with a mark where more followed; surrogate pairs are not split.</summary>
    public static string Cut(string text, int lengthMax) => text.Length <= lengthMax
        ? text
        : string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[lengthMax - 1]) ? lengthMax - 1 : lengthMax), "…");

    /// <summary>Whether a character is visible and has no other effect.</summary>
    public static bool Shows(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned);

    /// <summary>Whether a text is one line that is safe to show as it is, and not blank.</summary>
    public static bool IsLine([NotNullWhen(true)] string? text) => !string.IsNullOrWhiteSpace(text) && ReferenceEquals(Of(text), text);

    /// <summary>The code points of a text; a lone surrogate counts as one.</summary>
    public static int LengthOf(string text)
    {
        var length = 0;
        foreach (var _ in text.EnumerateRunes())
        {
            length++;
        }

        return length;
    }

    private static string Escaped(string text, bool keepsLines)
    {
        var clean = 0;
        while (clean < text.Length && NextShows(text, clean, keepsLines, out var length))
        {
            clean += length;
        }

        if (clean == text.Length)
        {
            return text;
        }

        var escaped = new StringBuilder(text, 0, clean, text.Length + 16);
        for (var index = clean; index < text.Length;)
        {
            if (NextShows(text, index, keepsLines, out var length))
            {
                escaped.Append(text, index, length);
            }
            else
            {
                foreach (var unit in text.AsSpan(index, length))
                {
                    escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
                }
            }

            index += length;
        }

        return escaped.ToString();
    }

    private static bool NextShows(string text, int index, bool keepsLines, out int length)
    {
        if (text[index] is >= ' ' and <= '~')
        {
            length = 1;
            return true;
        }

        // A lone surrogate is not visible.
        if (!Rune.TryGetRuneAt(text, index, out var rune))
        {
            length = 1;
            return false;
        }

        length = rune.Utf16SequenceLength;
        return Shows(rune) || (keepsLines && rune.Value is '\n' or '\t');
    }
}
