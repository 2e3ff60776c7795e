using System.Collections.Immutable;
using System.Globalization;
using DmaGrains.Model;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Kernel.Catalogue;

/// <summary>The nodes of a file of the catalogue, as the build found them in its YAML (<c>CatalogueNodes.targets</c>): a line for each.</summary>
/// <param name="file">The file's name in messages.</param>
/// <param name="lines">Line and column in the file, what the node is, and a text's value, with tabs between them.</param>
internal sealed class CatalogueNodes(string file, string[] lines)
{
    private int _at;

    /// <summary>Reads the nodes.</summary>
    public static MapNode Read(string file, Stream lines)
    {
        using var reader = new StreamReader(lines);
        return new CatalogueNodes(file, reader.ReadToEnd().Split('\n')).Next("the file")!.AsMap();
    }

    /// <summary>The next node; null at the end of a list or mapping.</summary>
    private FileNode? Next(string label)
    {
        var fields = lines[_at++].Split('\t', 4);
        var place = new Place(file, int.Parse(fields[0], CultureInfo.InvariantCulture), int.Parse(fields[1], CultureInfo.InvariantCulture));
        return fields[2] switch
        {
            "map" => new MapNode(label, place, Map(label)),
            "list" => new ListNode(label, place, List(label)),
            "end" => null,
            var style => new TextNode(label, place, fields[3], isPlain: style == "plain"),
        };
    }

    private ImmutableArray<FileNode> List(string label)
    {
        var entries = ImmutableArray.CreateBuilder<FileNode>();
        var entryLabel = $"an entry of {label}";
        while (Next(entryLabel) is { } entry)
        {
            entries.Add(entry);
        }

        return entries.ToImmutable();
    }

    private OrderedDictionary<string, MapEntry> Map(string label)
    {
        var entries = new OrderedDictionary<string, MapEntry>();
        var keyLabel = $"a key of {label}";
        while (Next(keyLabel) is TextNode key)
        {
            entries.Add(key.Value, new(key, Next(HarmlessText.Cut(key.Value, Quoted.LengthMax))!));
        }

        return entries;
    }
}
