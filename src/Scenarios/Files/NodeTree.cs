using System.Collections.Immutable;
using DmaGrains.Model;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace DmaGrains.Scenarios.Files;

/// <summary>Builds the nodes of a YAML file from the parser's events.</summary>
/// <remarks>Limits the nesting depth; refuses anchors, aliases and tags, which no format needs.</remarks>
internal sealed class NodeTree
{
    /// <summary>The deepest nesting of lists and mappings.</summary>
    public const int DepthMax = 16;

    private readonly string _file;
    private readonly Problems? _problems;
    private readonly Parser _parser;

    private NodeTree(string file, string text, Problems? problems)
    {
        _file = file;
        _problems = problems;
        _parser = new Parser(new StringReader(text));
    }

    /// <summary>Reads the mapping that a file consists of.</summary>
    /// <param name="path">The file.</param>
    /// <param name="problems">Collects problems with values; null to stop at the first problem.</param>
    /// <exception cref="FileFormatException">The file cannot be read or is not a mapping.</exception>
    public static MapNode Read(string path, Problems? problems = null) => Parse(path, FileText.Read(path), problems);

    /// <summary>Reads the mapping that a text consists of.</summary>
    /// <param name="file">Its name in messages.</param>
    /// <param name="text">The text of a file.</param>
    /// <param name="problems">Collects problems with values; null to stop at the first problem.</param>
    /// <exception cref="FileFormatException">The text is not a mapping.</exception>
    public static MapNode Parse(string file, string text, Problems? problems = null)
    {
        CheckCharacters(file, text);
        return new NodeTree(file, text, problems).ReadDocument();
    }

    /// <summary>
    /// Refuses characters that the parser mishandles: it takes a NUL for the end of the file, and reports a tab indent at the start of the
    /// mapping.
    /// </summary>
    private static void CheckCharacters(string path, string text)
    {
        var line = 0;
        foreach (var range in text.AsSpan().Split('\n'))
        {
            line++;
            var content = text.AsSpan(range);
            var indent = content.Length - content.TrimStart().Length;
            for (var index = 0; index < content.Length; index++)
            {
                if (char.IsControl(content[index]) && content[index] is not ('\t' or '\r'))
                {
                    throw new Place(path, line, index + 1).Fail("there is a control character", "text");
                }

                if (content[index] == '\t' && index < indent && indent < content.Length)
                {
                    throw new Place(path, line, index + 1).Fail("a tab indents this line", "spaces");
                }
            }
        }
    }

    private MapNode ReadDocument()
    {
        Next<StreamStart>();
        if (Next() is not DocumentStart)
        {
            throw new Place(_file, 1, 1).Fail("the file is empty", "a mapping");
        }

        var root = ReadNode(Next(), "the file", 0);
        Next<DocumentEnd>();
        var end = Next();
        return end is StreamEnd
            ? root.AsMap()
            : throw PlaceOf(end.Start).Fail("a second document starts", "one document");
    }

    private FileNode ReadNode(ParsingEvent first, string label, int depth)
    {
        var place = PlaceOf(first.Start);
        return first switch
        {
            AnchorAlias or NodeEvent { Anchor.IsEmpty: false } =>
                throw place.Fail("there is an anchor or alias", "the value itself"),
            NodeEvent { Tag.IsEmpty: false } => throw place.Fail("there is a tag", "the value alone"),
            Scalar scalar => new TextNode(label, place, scalar.Value, scalar.Style == ScalarStyle.Plain),
            SequenceStart or MappingStart when depth == DepthMax =>
                throw place.Fail($"lists and mappings are nested more than {DepthMax} deep", "fewer levels"),
            SequenceStart => ReadList(label, place, depth + 1),
            MappingStart => ReadMap(label, place, depth + 1),
            _ => throw place.Fail("malformed YAML", "a value"),
        };
    }

    private ListNode ReadList(string label, Place place, int depth)
    {
        var entries = ImmutableArray.CreateBuilder<FileNode>();
        var entryLabel = $"an entry of {label}";
        for (var next = Next(); next is not SequenceEnd; next = Next())
        {
            entries.Add(ReadNode(next, entryLabel, depth));
        }

        return new(label, place, entries.ToImmutable());
    }

    private MapNode ReadMap(string label, Place place, int depth)
    {
        var entries = new OrderedDictionary<string, MapEntry>();
        for (var next = Next(); next is not MappingEnd; next = Next())
        {
            var node = ReadNode(next, $"a key of {label}", depth);
            var key = node is TextNode { IsNothing: false } text ? text : throw node.Wrong("text");
            if (entries.TryGetValue(key.Value, out var earlier))
            {
                key.Place.Report(
                    $"{label} has the key {Quoted.Text(key.Value)} twice, first on line {earlier.Key.Place.Line}",
                    "each key once");
            }

            entries.TryAdd(key.Value, new(key, ReadNode(Next(), HarmlessText.Cut(key.Value, Quoted.LengthMax), depth)));
        }

        return new(label, place, entries);
    }

    private void Next<TEvent>()
        where TEvent : ParsingEvent
    {
        var next = Next();
        if (next is not TEvent)
        {
            throw PlaceOf(next.Start).Fail("malformed YAML", "one mapping");
        }
    }

    private ParsingEvent Next()
    {
        try
        {
            if (_parser.MoveNext() && _parser.Current is { } next)
            {
                return next;
            }
        }
        catch (YamlException exception)
        {
            var problem = HarmlessText.Cut(exception.Message.TrimEnd('.'), 2 * Quoted.LengthMax);
            throw PlaceOf(exception.End).Fail($"malformed YAML ({problem})", "YAML 1.2");
        }
        catch (InvalidOperationException)
        {
            // For some malformed files the parser throws this instead of its own exception.
            throw PlaceOf(_parser.Current?.End ?? Mark.Empty).Fail("malformed YAML", "YAML 1.2");
        }

        throw new Place(_file, 1, 1).Fail("the file ends too early", "a mapping");
    }

    private Place PlaceOf(Mark mark) => new(_file, (int)Math.Max(1, mark.Line), (int)Math.Max(1, mark.Column), _problems);
}
