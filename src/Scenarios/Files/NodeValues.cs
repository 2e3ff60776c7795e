using System.Collections.Immutable;
using System.Globalization;
using DmaGrains.Model;

namespace DmaGrains.Scenarios.Files;

/// <summary>Reads a node as one kind of value, or says what it is instead.</summary>
internal static class NodeValues
{
    private const string SegmentSizes =
        "0 (unset) to 4294967295 (no limit): the kernel keeps max_segment_size, and each segment's length, in 32 bits";

    /// <summary>A mapping.</summary>
    public static MapNode AsMap(this FileNode node) => node as MapNode ?? throw node.Wrong("a mapping");

    /// <summary>A list of 1 to <paramref name="countMax"/> entries.</summary>
    public static ImmutableArray<FileNode> AsList(this FileNode node, int countMax)
    {
        if (node is not ListNode { Entries: { IsEmpty: false } entries })
        {
            throw node.Wrong("a list with at least one entry");
        }

        return entries.Length <= countMax
            ? entries
            : throw node.Place.Fail($"{node.Label} has {entries.Length} entries", $"at most {countMax}");
    }

    /// <summary>Text of any kind, but not nothing.</summary>
    public static string AsText(this FileNode node, string expected) =>
        node is TextNode { IsNothing: false } text ? text.Value : throw node.Wrong(expected);

    /// <summary>One line for people.</summary>
    public static string AsLine(this FileNode node)
    {
        const string expected = "one line of text";
        var text = node.AsText(expected);
        return !string.IsNullOrWhiteSpace(text) && text.EnumerateRunes().All(Quoted.Shows)
            ? text
            : throw node.Wrong(expected);
    }

    /// <summary>A name of the model.</summary>
    public static string AsName(this FileNode node)
    {
        var text = node.AsText("a name");
        return ModelName.IsValid(text) ? text : throw node.Wrong(ModelName.Expected);
    }

    /// <summary>A size or an address within bounds.</summary>
    public static ulong AsSize(this FileNode node, ulong least, ulong most)
    {
        var expected = string.Create(CultureInfo.InvariantCulture, $"{least} to {most}, such as {Sizes.Examples}");
        return Sizes.TryParse(node.AsText(expected), out var value) && value >= least && value <= most
            ? value
            : throw node.Wrong(expected);
    }

    /// <summary>A longest segment: the kernel keeps it, and the length of each segment, in 32 bits.</summary>
    public static uint AsSegmentSize(this FileNode node) =>
        Sizes.TryParse(node.AsText(SegmentSizes), out var value) && value <= uint.MaxValue ? (uint)value : throw node.Wrong(SegmentSizes);

    /// <summary>A size or an address of whole pages.</summary>
    public static ulong AsWholePages(this FileNode node, ulong least)
    {
        var value = node.AsSize(least, ulong.MaxValue);
        return value % Page.SizeBytes == 0
            ? value
            : throw node.Wrong($"a multiple of the page, {Page.SizeBytes} bytes");
    }

    /// <summary>A plain decimal number within bounds.</summary>
    public static ulong AsCount(this FileNode node, ulong least, ulong most)
    {
        var expected = string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}");
        return TryCount(node.AsText(expected), least, most, out var value) ? value : throw node.Wrong(expected);
    }

    /// <summary>Whether a text is such a number.</summary>
    public static bool TryCount(string text, ulong least, ulong most, out ulong value) =>
        Sizes.TryParse(text, out value) && text.All(char.IsAsciiDigit) && value >= least && value <= most;

    /// <summary>A name that others have been given, such as a device's; <paramref name="named"/> says that there is none.</summary>
    public static string AsNameIn(this FileNode node, string named, IReadOnlyCollection<string> known)
    {
        var name = node.AsName();
        return known.Contains(name) ? name : throw node.Place.Fail($"{named} {name}", Quoted.AnyOf(known));
    }

    /// <summary>A name, or a list of different ones.</summary>
    public static NameList AsNamesIn(this FileNode node, string named, IReadOnlyCollection<string> known)
    {
        var names = new List<string>();
        var entries = node switch
        {
            ListNode => node.AsList(known.Count),
            TextNode => [node],
            _ => throw node.Wrong("a name or a list of names"),
        };
        foreach (var entry in entries)
        {
            var name = entry.AsNameIn(named, known);
            names.Add(names.Contains(name) ? throw entry.Place.Fail($"{node.Label} names {name} twice", "each name once") : name);
        }

        return new(names);
    }

    /// <summary>A flag.</summary>
    public static bool AsFlag(this FileNode node) => node switch
    {
        TextNode { IsPlain: true, Value: "true" } => true,
        TextNode { IsPlain: true, Value: "false" } => false,
        _ => throw node.Wrong("true or false"),
    };

    /// <summary>One of a few words.</summary>
    public static T AsChoice<T>(this FileNode node, OrderedDictionary<string, T> choices) =>
        node is TextNode text && choices.TryGetValue(text.Value, out var choice)
            ? choice
            : throw node.Wrong(Quoted.AnyOf(choices.Keys));
}
