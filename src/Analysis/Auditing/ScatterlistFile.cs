using System.Collections.Immutable;
using System.Globalization;
using DmaGrains.Model;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Analysis.Auditing;

/// <summary>
/// Reads scatterlists from YAML or JSON: a single list as in reports, or all lists in the output of <c>run</c>, <c>buffer map</c> or
/// <c>buffer describe</c>.
/// </summary>
public static class ScatterlistFile
{
    /// <summary>The longest file, in bytes.</summary>
    public const int LengthMax = 16 << 20;

    private const string ListKey = "scatterlist";
    private const string Forms = "a scatterlist with 'entries' or 'segments', or an answer with scatterlists in it";

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>At least one list.</returns>
    /// <exception cref="FileFormatException">The file cannot be read, or has no list in it.</exception>
    public static ImmutableArray<GivenScatterlist> Read(string path) => Parse(FileText.Read(path, LengthMax), path);

    /// <summary>Reads a stream, such as standard input.</summary>
    /// <param name="name">Its name in messages.</param>
    /// <param name="stream">Its text.</param>
    /// <returns>At least one list.</returns>
    /// <exception cref="FileFormatException">It cannot be read, or has no list in it.</exception>
    public static ImmutableArray<GivenScatterlist> Read(string name, Stream stream) =>
        Parse(FileText.Read(name, () => stream, LengthMax), name);

    /// <summary>Reads a text.</summary>
    /// <param name="text">The text of a file.</param>
    /// <param name="file">Its name in messages.</param>
    /// <returns>At least one list.</returns>
    /// <exception cref="FileFormatException">It has no list in it.</exception>
    public static ImmutableArray<GivenScatterlist> Parse(string text, string file)
    {
        var root = NodeTree.Parse(file, text);
        var lists = ReadAll(root).ToImmutableArray();
        return lists.IsEmpty ? throw root.Place.Fail("the file has no scatterlist", Forms) : lists;
    }

    private static List<GivenScatterlist> ReadAll(MapNode root)
    {
        if (root.Optional("entries") is not null || root.Optional("segments") is not null)
        {
            return [Read(root, "the list", null)];
        }

        if (root.Optional("steps") is { } steps)
        {
            return ListsIn(steps, step => (
                $"step {TextIn(step, "index")}: {TextIn(step, "operation")} of {TextIn(step, "device")}", TextIn(step, "device")));
        }

        if (root.Optional("mappings") is { } mappings)
        {
            var devices = Attachments(root);
            return ListsIn(mappings, mapping => (
                $"mapping {TextIn(mapping, "name")}", devices.GetValueOrDefault(TextIn(mapping, "attachment") ?? string.Empty)));
        }

        return root.Optional(ListKey) is { } list and not TextNode { IsNothing: true } ? [Read(list.AsMap(), "the list", null)] : [];
    }

    private static List<GivenScatterlist> ListsIn(FileNode parts, Func<MapNode, (string Label, string? Device)> nameOf)
    {
        var lists = new List<GivenScatterlist>();
        foreach (var part in EntriesOf(parts).Select(part => part.AsMap()))
        {
            if (part.Optional(ListKey) is { } list and not TextNode { IsNothing: true })
            {
                var (label, device) = nameOf(part);
                lists.Add(Read(list.AsMap(), label, device));
            }
        }

        return lists;
    }

    private static Dictionary<string, string?> Attachments(MapNode root)
    {
        var devices = new Dictionary<string, string?>();
        foreach (var attachment in (root.Optional("attachments") is { } list ? EntriesOf(list) : []).Select(entry => entry.AsMap()))
        {
            devices[TextIn(attachment, "name") ?? string.Empty] = TextIn(attachment, "device");
        }

        return devices;
    }

    private static GivenScatterlist Read(MapNode map, string label, string? device)
    {
        map.AllowOnly(
            "regions", "size_bytes", "entry_count", "mapped_entry_count", "entries", "segments", "stages", "bounces", "bytes_bounced",
            "addresses_of");
        var entries = map.Optional("entries") is { } given ? EntriesOf(given).Select(EntryOf).ToImmutableArray() : [];
        var segments = map.Optional("segments") is { } walked ? EntriesOf(walked).Select(SegmentOf).ToImmutableArray() : [];
        CheckCount(map, "entry_count", entries.Length);
        CheckCount(map, "mapped_entry_count", segments.Length);
        return entries.IsEmpty && segments.IsEmpty
            ? throw map.Place.Fail($"{map.Label} has neither entries nor segments", "one at least")
            : new(HarmlessText.Of(label), entries, segments)
            {
                Device = device,
                AddressesOf = TextIn(map, "addresses_of"),
                Stages = map.Optional("stages") is { } stages ? [.. EntriesOf(stages).Select(StageOf)] : [],
                SizeBytes = map.Optional("size_bytes")?.AsSize(0, ulong.MaxValue),
            };
    }

    private static void CheckCount(MapNode map, string key, int count)
    {
        if (map.Optional(key) is { } stated && stated.AsCount(0, int.MaxValue) != (ulong)count)
        {
            throw stated.Wrong(string.Create(CultureInfo.InvariantCulture, $"as many as are listed, {count}"));
        }
    }

    private static StatedSegment EntryOf(FileNode node)
    {
        var map = node.AsMap();
        map.AllowOnly("address", "offset", "length");
        var entry = Stated(map);
        var offset = entry.Address & (Page.SizeBytes - 1);
        if (map.Optional("offset") is { } stated && stated.AsSize(0, Page.SizeBytes - 1) != offset)
        {
            throw stated.Wrong(string.Create(CultureInfo.InvariantCulture, $"{offset}, where the address lies in its page"));
        }

        return entry;
    }

    private static StatedSegment SegmentOf(FileNode node)
    {
        var map = node.AsMap();
        map.AllowOnly("address", "length");
        return Stated(map);
    }

    private static GivenStage StageOf(FileNode node)
    {
        var map = node.AsMap();
        map.AllowOnly("iommu", "context", "granule", "first", "last");
        var first = map.Required("first").AsSize(0, ulong.MaxValue);
        return new(map.Required("iommu").AsName(), first, map.Required("last").AsSize(first, ulong.MaxValue));
    }

    /// <summary>Reads a segment unchecked; the audit reports impossible lengths and ends.</summary>
    private static StatedSegment Stated(MapNode map) =>
        new(map.Required("address").AsSize(0, ulong.MaxValue), map.Required("length").AsSize(0, ulong.MaxValue));

    /// <summary>A list that may be empty.</summary>
    private static ImmutableArray<FileNode> EntriesOf(FileNode node) => node is ListNode list ? list.Entries : throw node.Wrong("a list");

    private static string? TextIn(MapNode map, string key) =>
        map.Optional(key) is TextNode { IsNothing: false } text ? HarmlessText.Cut(text.Value, Quoted.LengthMax) : null;
}
