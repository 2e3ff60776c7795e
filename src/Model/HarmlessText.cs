using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace DmaGrains.Model;

/// <summary>
/// Text from files and callers as it may be shown: characters that do not show, and would move a terminal's cursor or turn the direction
/// of what follows, are written as escapes such as <c>\u202e</c>. In JSON that is the same text.
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

    /// <summary>The first characters of a text as they are, no pair cut in two, with a mark where more followed.</summary>
    public static string Cut(string text, int lengthMax) => text.Length <= lengthMax
        ? text
        : string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[lengthMax - 1]) ? lengthMax - 1 : lengthMax), "…");

    /// <summary>Whether a character shows and does nothing else.</summary>
    public static bool Shows(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned);

    /// <summary>Whether a text is one line that can be shown as it is, and shows something.</summary>
    public static bool IsLine([NotNullWhen(true)] string? text) => !string.IsNullOrWhiteSpace(text) && ReferenceEquals(Of(text), text);

    /// <summary>The characters of a text, as Unicode counts them: half of a pair that stands alone is one.</summary>
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

        // Half of a pair has nothing that it could show.
        if (!Rune.TryGetRuneAt(text, index, out var rune))
        {
            length = 1;
            return false;
        }

        length = rune.Utf16SequenceLength;
        return Shows(rune) || (keepsLines && rune.Value is '\n' or '\t');
    }
}
