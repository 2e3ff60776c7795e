using System.Globalization;
using System.Text;
using DmaGrains.Model;

namespace DmaGrains.Scenarios.Files;

/// <summary>Text from a file, made fit for a message: short, and with nothing that moves a terminal's cursor.</summary>
public static class Quoted
{
    /// <summary>Most characters of a file's text in one message.</summary>
    public const int LengthMax = 80;

    private const int NamesMax = 24;

    /// <summary>The text in quotes, shortened and cleaned.</summary>
    public static string Text(string text) => $"'{Clean(Shorten(text, LengthMax))}'";

    /// <summary>The first characters of a text, with a mark where more followed.</summary>
    public static string Shorten(string text, int lengthMax) =>
        text.Length <= lengthMax ? text : string.Concat(text.AsSpan(0, lengthMax), "…");

    /// <summary>The text with a question mark for each character that does not show.</summary>
    public static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            clean.Append(Shows(rune) ? rune.ToString() : "?");
        }

        return clean.ToString();
    }

    /// <summary>Whether a character shows on a terminal and does nothing else there.</summary>
    public static bool Shows(Rune rune) => rune != Rune.ReplacementChar && Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned);

    /// <summary>Names as a choice: <c>a, b or c</c>; only the first ones when there are many.</summary>
    public static string AnyOf(IReadOnlyCollection<string> names) => names.Count switch
    {
        0 => "none",
        1 => names.First(),
        <= NamesMax => $"{string.Join(", ", names.Take(names.Count - 1))} or {names.Last()}",
        _ => $"{string.Join(", ", names.Take(NamesMax))} or {Counted.Of((ulong)(names.Count - NamesMax), "other")}",
    };
}
