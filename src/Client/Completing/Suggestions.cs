using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Globalization;
using DmaGrains.Model;
using DmaGrains.Silo;

namespace DmaGrains.Client.Completing;

/// <summary>
/// What a shell asks at a Tab: <c>dmagrains [suggest:POSITION] "LINE"</c>, where the line is what follows the program's name. Prints a line for
/// each word that may stand at the position: the word, and after a tab what it is.
/// </summary>
internal sealed class Suggestions : SynchronousCommandLineAction
{
    private readonly RootCommand _root;

    private Suggestions(RootCommand root) => _root = root;

    /// <summary>Whether a command line is such a question.</summary>
    public static bool AreAskedFor(string[] args) => args is [var first, ..] && first.StartsWith("[suggest:", StringComparison.Ordinal);

    /// <summary>Lets a command tree answer.</summary>
    public static void AddTo(RootCommand root)
    {
        root.Directives.OfType<SuggestDirective>().Single().Action = new Suggestions(root);
        LiveNames.AddTo(root);
    }

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var line = parseResult.Tokens.LastOrDefault(token => token.Type != TokenType.Directive)?.Value ?? string.Empty;
        var asked = parseResult.Tokens.First(token => token.Type == TokenType.Directive).Value;
        var position = int.TryParse(asked.TrimEnd(']').Split(':')[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var given)
            ? Math.Min(given, line.Length)
            : line.Length;

        // What follows the position is not read: it belongs to another word.
        var parsed = _root.Parse(line[..position], parseResult.Configuration);
        var word = WordAt(line[..position]);
        foreach (var item in Words(parsed, position, word))
        {
            var what = item.Detail is { Length: > 0 } detail ? $"\t{HarmlessText.Of(detail)}" : string.Empty;
            parseResult.InvocationConfiguration.Output.WriteLine($"{HarmlessText.Of(item.Label)}{what}");
        }

        return ExitCode.Good;
    }

    /// <summary>
    /// Options only where a dash was typed, or nothing else can stand; the slashes of Windows never. After a word that is not known, nothing.
    /// </summary>
    private static IEnumerable<CompletionItem> Words(ParseResult parsed, int position, string word)
    {
        if (parsed.UnmatchedTokens.Count > (parsed.UnmatchedTokens is [.., var last] && last == word ? 1 : 0))
        {
            return [];
        }

        var items = parsed.GetCompletions(position)
            .Where(item => item.Label.StartsWith(word, StringComparison.Ordinal) && !item.Label.StartsWith('/') && item.Label is not ("-?" or "-h"))
            .DistinctBy(item => item.Label)
            .OrderBy(item => item.Label, StringComparer.Ordinal)
            .ToList();
        var plain = items.Where(item => !item.Label.StartsWith('-')).ToList();
        return (plain.Count > 0 && !word.StartsWith('-') ? plain : items).Select(item => Described(parsed, item));
    }

    private static CompletionItem Described(ParseResult parsed, CompletionItem item)
    {
        var command = parsed.CommandResult.Command;
        var symbol = command.Subcommands.Concat<Symbol>(command.Options).FirstOrDefault(known => known.Name == item.Label);
        return symbol?.Description is { } description ? new(item.Label, detail: Sentence.FirstOf(description)) : item;
    }

    private static string WordAt(string line) => line[(line.LastIndexOf(' ') + 1)..];
}
