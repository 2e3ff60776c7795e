using System.CommandLine;
using DmaGrains.Model.Buffers;
using DmaGrains.Reports;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Client.Commands;

/// <summary>Options that take one of a few words.</summary>
internal static class WordOptions
{
    /// <summary>An option for one word; the first word is the default.</summary>
    public static Option<string> One(string name, string description, IEnumerable<string> words)
    {
        string[] known = [.. words];
        var option = new Option<string>(name) { Description = description, DefaultValueFactory = _ => known[0] };
        Accept(option, known);
        return option;
    }

    /// <summary>An option for one word, which may be left out.</summary>
    public static Option<string?> Optional(string name, string description, IEnumerable<string> words)
    {
        var option = new Option<string?>(name) { Description = description };
        Accept(option, [.. words]);
        return option;
    }

    /// <summary>An option that may be given several times.</summary>
    public static Option<string[]> Many(string name, string description, IEnumerable<string> words)
    {
        string[] known = [.. words];
        var option = new Option<string[]>(name)
        {
            Description = $"{description}: {string.Join(", ", known)}. May be given several times.",
            HelpName = "NAME",
        };
        Accept(option, known);
        return option;
    }

    /// <summary>Accepts only these words, and offers them for shell completion.</summary>
    public static void Accept(Option option, IReadOnlyCollection<string> known)
    {
        option.CompletionSources.Add([.. known]);
        option.Validators.Add(result =>
        {
            foreach (var word in result.Tokens.Select(token => token.Value).Where(word => word.Length != 0 && !known.Contains(word)))
            {
                result.AddError($"{option.Name} {Quoted.Text(word)}: {Closest.Expecting(word, known)}.");
            }
        });
    }

    /// <summary><c>--direction</c>.</summary>
    public static Option<string> Direction()
    {
        var direction = new Option<string>("--direction")
        {
            Description = "The direction of data.",
            DefaultValueFactory = _ => Vocabulary.Directions.WordFor(DmaDirection.Bidirectional),
        };
        Accept(direction, [.. Vocabulary.Directions.Keys]);
        return direction;
    }

    /// <summary><c>--option</c> of a map.</summary>
    public static Option<string[]> MapOptions() =>
        Many("--option", "What the map asks for beyond its direction", Vocabulary.Options.Keys);

    /// <summary>The given options combined.</summary>
    public static MapOptions OptionsOf(BufferContext buffer, Option<string[]> options) =>
        (buffer.Live.Parsed.GetValue(options) ?? []).Aggregate(default(MapOptions), (all, word) => all | Vocabulary.Options[word]);

    /// <summary>The given direction.</summary>
    public static DmaDirection DirectionOf(BufferContext buffer, Option<string> direction) =>
        Vocabulary.Directions[buffer.Live.Parsed.GetRequiredValue(direction)];
}
