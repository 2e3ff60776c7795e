using DmaGrains.Client.Output;

namespace DmaGrains.Client.Tests;

/// <summary>A terminal of a given width.</summary>
internal sealed class Screen(int columns) : StringWriter, IScreen
{
    public int Columns { get; } = columns;

    /// <summary>What a command line shows on it.</summary>
    public static async Task<string> ShowsAsync(int columns, params string[] args)
    {
        using var screen = new Screen(columns);
        using var error = new StringWriter();
        await CommandLine.RunAsync(args, screen, error);
        return screen.ToString();
    }

    /// <summary>The words on it, without the rules of tables.</summary>
    public static IEnumerable<string> WordsOf(string shown) => shown
        .Split(' ', '\n', '\r', '│')
        .Select(word => word.TrimEnd(',', ':'))
        .Where(word => word.Length != 0 && !word.All(letter => "╭╮╰╯├┤┬┴┼─".Contains(letter, StringComparison.Ordinal)));

    /// <summary>No line is wider than the terminal unless it is one word, and nothing that an answer has when piped is cut or left out.</summary>
    public static void AssertWhole(int columns, string piped, string shown)
    {
        Assert.All(
            shown.Split('\n'),
            line => Assert.True(WrappedLine.WidthOf(line) <= columns || line.Trim().Split(' ').Length <= 2, $"{columns} columns: {line}"));
        var words = WordsOf(shown).ToHashSet();
        Assert.All(WordsOf(piped), word => Assert.True(words.Contains(word), $"{columns} columns: '{word}' is missing in\n{shown}"));
    }
}
