using System.Collections.Immutable;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Scenarios.Files;

/// <summary>Reads the steps of a scenario file, in the short form or the long one.</summary>
/// <param name="buffers">The scenario's buffers; at least one.</param>
internal sealed class StepFields(ImmutableArray<BufferExport> buffers)
{
    private const string Forms =
        "words such as 'map frame to-device', or a mapping such as {map: frame, expect: EBUSY}";

    private static readonly string[] _known = [.. Words.Verbs.Keys, "direction", "expect"];

    private readonly OrderedDictionary<string, string> _names = new(
        buffers.Select(buffer => KeyValuePair.Create(buffer.Name, buffer.Name)));

    /// <summary>A step.</summary>
    public Step Read(FileNode node) => node switch
    {
        TextNode { IsNothing: false } text => ReadWords(text),
        MapNode map => ReadKeys(map),
        _ => throw node.Wrong(Forms),
    };

    private Step ReadWords(TextNode text)
    {
        var words = text.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0 || !Words.Verbs.TryGetValue(words[0], out var kind))
        {
            throw text.Wrong($"a step that starts with {Quoted.AnyOf(Words.Verbs.Keys)}");
        }

        var hasDirection = kind == StepKind.Map && words.Length > 1 && Words.Directions.ContainsKey(words[^1]);
        var direction = hasDirection ? Words.Directions[words[^1]] : DmaDirection.Bidirectional;
        var buffer = words.AsSpan(1, words.Length - (hasDirection ? 2 : 1)) switch
        {
            [] => OnlyBuffer(text, words[0]),
            [var name] => BufferNamed(text, name),
            _ when kind == StepKind.Map => throw text.Wrong(
                $"'map BUFFER DIRECTION', the direction {Quoted.AnyOf(Words.Directions.Keys)}"),
            _ => throw text.Wrong($"'{words[0]} BUFFER'"),
        };
        return new(kind, buffer, direction, Expected: null, HasExpectation: false, text.Place.Line);
    }

    private Step ReadKeys(MapNode map)
    {
        map.AllowOnly(_known);
        var verbs = map.Keys.Where(key => Words.Verbs.ContainsKey(key.Value)).ToList();
        if (verbs.Count != 1)
        {
            throw map.Place.Fail($"a step has {verbs.Count} verbs", $"one of {Quoted.AnyOf(Words.Verbs.Keys)}");
        }

        var verb = verbs[0];
        var kind = Words.Verbs[verb.Value];
        if (kind != StepKind.Map && map.Optional("direction") is { } misplaced)
        {
            throw misplaced.Place.Fail($"{verb.Value} has a direction", "one for map only");
        }

        var named = map.Required(verb.Value);
        var buffer = named is TextNode { IsNothing: true }
            ? OnlyBuffer(verb, verb.Value)
            : BufferNamed(named, named.AsName());
        var direction = map.Optional("direction")?.AsChoice(Words.Directions) ?? DmaDirection.Bidirectional;
        var expect = map.Optional("expect");
        return new(kind, buffer, direction, expect?.AsChoice(Words.Outcomes), expect is not null, map.Place.Line);
    }

    private string BufferNamed(FileNode node, string name) => _names.TryGetValue(name, out var known)
        ? known
        : throw node.Place.Fail($"there is no buffer {Quoted.Text(name)}", Quoted.AnyOf(_names.Keys));

    private string OnlyBuffer(FileNode node, string verb) => _names.Count == 1
        ? buffers[0].Name
        : throw node.Place.Fail($"{verb} names none of several buffers", Quoted.AnyOf(_names.Keys));
}
