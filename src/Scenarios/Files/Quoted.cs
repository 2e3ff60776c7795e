using DmaGrains.Model;

namespace DmaGrains.Scenarios.Files;

/// <summary>Quotes text from files in messages: shortened, and passed through <see cref="HarmlessText"/>.</summary>
public static class Quoted
{
    /// <summary>The most characters of a file's text in one message.</summary>
    public const int LengthMax = 80;

    private const int NamesMax = 24;

    /// <summary>The text in quotes, shortened and cleaned.</summary>
    public static string Text(string text) => $"'{HarmlessText.Short(text, LengthMax)}'";

    /// <summary>Names as a choice: <c>a, b or c</c>; only the first ones when there are many.</summary>
    public static string AnyOf(IReadOnlyCollection<string> names) => names.Count switch
    {
        0 => "none",
        1 => names.First(),
        <= NamesMax => $"{string.Join(", ", names.Take(names.Count - 1))} or {names.Last()}",
        _ => $"{string.Join(", ", names.Take(NamesMax))} or {Counted.Of((ulong)(names.Count - NamesMax), "other")}",
    };
}
