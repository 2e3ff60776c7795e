using System.Collections.Immutable;
using DmaGrains.Model.Buffers;
using DmaGrains.Reports;

namespace DmaGrains.Scenarios.Files;

/// <summary>Reads the steps of a scenario file, in the short form or the long one.</summary>
/// <param name="buffers">The scenario's buffers; at least one, unless something is wrong with them.</param>
internal sealed class StepFields(ImmutableArray<BufferExport> buffers)
{
    private const string Forms =
        "words such as 'map frame to-device', or a mapping such as {map: frame, expect: EBUSY}";

    private static readonly string[] _known = [.. StepKinds.Verbs.Keys, "direction", "options", "expect"];

    private readonly OrderedDictionary<string, string> _names = new(
        buffers.DistinctBy(buffer => buffer.Name).Select(buffer => KeyValuePair.Create(buffer.Name, buffer.Name)));

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
        if (words.Length == 0 || !StepKinds.Verbs.TryGetValue(words[0], out var kind))
        {
            throw text.Wrong($"a step that starts with {Quoted.AnyOf(StepKinds.Verbs.Keys)}");
        }

        if (kind == StepKind.SetParameters)
        {
            throw text.Wrong($"'{{{words[0]}: {{max_segment_size: 65536}}}}'");
        }

        if (!kind.HasBuffer())
        {
            return words is [_, var number] && NodeValues.TryCount(number, 0, uint.MaxValue, out var context)
                ? StepOf(kind, string.Empty, text) with { Context = (uint)context }
                : throw text.Wrong($"'{words[0]} CONTEXT', the context a number from 0");
        }

        var hasDirection = kind.HasDirection() && words.Length > 1 && Vocabulary.Directions.ContainsKey(words[^1]);
        var buffer = words.AsSpan(1, words.Length - (hasDirection ? 2 : 1)) switch
        {
            [] => OnlyBuffer(text, words[0]),
            [var name] => BufferNamed(text, name),
            _ when kind.HasDirection() => throw text.Wrong(
                $"'{words[0]} BUFFER DIRECTION', the direction {Quoted.AnyOf(Vocabulary.Directions.Keys)}"),
            _ => throw text.Wrong($"'{words[0]} BUFFER'"),
        };
        return StepOf(kind, buffer, text) with { Direction = hasDirection ? Vocabulary.Directions[words[^1]] : default };
    }

    private Step ReadKeys(MapNode map)
    {
        map.AllowOnly(_known);
        var verbs = map.Keys.Where(key => StepKinds.Verbs.ContainsKey(key.Value)).ToList();
        if (verbs.Count != 1)
        {
            throw map.Place.Fail($"a step has {verbs.Count} verbs", $"one of {Quoted.AnyOf(StepKinds.Verbs.Keys)}");
        }

        var verb = verbs[0];
        var kind = StepKinds.Verbs[verb.Value];
        var expect = map.Optional("expect");
        return StepOf(kind, kind.HasBuffer() ? ReadBuffer(map, verb) : string.Empty, map) with
        {
            Direction = Only(map, "direction", verb, StepKinds.HasDirection)?.AsChoice(Vocabulary.Directions) ?? default,
            Options = Only(map, "options", verb, StepKinds.HasOptions) is { } options ? OptionsOf(options) : default,
            Context = kind == StepKind.SwitchContext ? (uint)map.Required(verb.Value).AsCount(0, uint.MaxValue) : 0,
            Parameters = kind == StepKind.SetParameters ? DeviceFields.ReadParameters(map.Required(verb.Value)) : null,
            Expected = expect?.AsChoice(Vocabulary.Outcomes),
            HasExpectation = expect is not null,
        };
    }

    private string ReadBuffer(MapNode map, TextNode verb)
    {
        var named = map.Required(verb.Value);
        return named is TextNode { IsNothing: true }
            ? OnlyBuffer(verb, verb.Value)
            : BufferNamed(named, named.AsName());
    }

    /// <summary>The value of a key that only some verbs have; null when it is not there.</summary>
    private static FileNode? Only(MapNode map, string key, TextNode verb, Func<StepKind, bool> has)
    {
        if (map.Optional(key) is not { } value || has(StepKinds.Verbs[verb.Value]))
        {
            return map.Optional(key);
        }

        var verbs = StepKinds.Verbs.Where(known => has(known.Value)).Select(known => known.Key).ToList();
        throw value.Place.Fail($"{verb.Value} has the key '{key}'", $"that key only with {Quoted.AnyOf(verbs)}");
    }

    private static MapOptions OptionsOf(FileNode node)
    {
        var options = MapOptions.None;
        foreach (var entry in node.AsList(Vocabulary.Options.Count))
        {
            var option = entry.AsChoice(Vocabulary.Options);
            options = options.HasFlag(option)
                ? throw entry.Place.Fail($"options name {Vocabulary.Options.WordFor(option)} twice", "each option once")
                : options | option;
        }

        return options;
    }

    private static Step StepOf(StepKind kind, string buffer, FileNode node) =>
        new(kind, buffer, default, Expected: null, HasExpectation: false, node.Place.Line);

    private string BufferNamed(FileNode node, string name) => _names.TryGetValue(name, out var known)
        ? known
        : throw node.Place.Fail($"there is no buffer {Quoted.Text(name)}", Quoted.AnyOf(_names.Keys));

    private string OnlyBuffer(FileNode node, string verb) => _names.Count <= 1
        ? _names.Keys.FirstOrDefault(string.Empty)
        : throw node.Place.Fail($"{verb} names none of several buffers", Quoted.AnyOf(_names.Keys));
}
