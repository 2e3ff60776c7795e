using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using DmaGrains.Model;
using DmaGrains.Reports;

namespace DmaGrains.Scenarios.Files;

/// <summary>Reads a node as one kind of value, or reports what it is instead.</summary>
internal static class NodeValues
{
    /// <summary>The most characters of one line of text, such as a description, a source or a path.</summary>
    public const int LineMax = 1024;

    private const string SegmentSizes =
        "0 (unset) to 4294967295 (no limit): the kernel keeps max_segment_size, and each segment's length, in 32 bits";

    /// <summary>A mapping.</summary>
    public static MapNode AsMap(this FileNode node) => node as MapNode ?? node.Wrong("a mapping", MapNode.InsteadOf(node));

    /// <summary>A list of 1 to <paramref name="countMax"/> entries.</summary>
    public static ImmutableArray<FileNode> AsList(this FileNode node, int countMax)
    {
        if (node is not ListNode { Entries: { IsEmpty: false } entries })
        {
            return node.Wrong("a list with at least one entry", ImmutableArray<FileNode>.Empty);
        }

        if (entries.Length > countMax)
        {
            node.Place.Report($"{node.Label} has {entries.Length} entries", $"at most {countMax}");
            return entries[..countMax];
        }

        return entries;
    }

    /// <summary>Any text except YAML's null; null for other values.</summary>
    private static string? AsText(this FileNode node) => node is TextNode { IsNothing: false } text ? text.Value : null;

    /// <summary>One line of text.</summary>
    /// <param name="node">The value.</param>
    /// <param name="lengthMax">The most code points.</param>
    public static string AsLine(this FileNode node, int lengthMax = LineMax)
    {
        var text = node.AsText();
        if (!HarmlessText.IsLine(text))
        {
            return node.Wrong("one line of text", string.Empty);
        }

        if (HarmlessText.LengthOf(text) is var length && length > lengthMax)
        {
            node.Place.Report($"{node.Label} has {length} characters", $"at most {lengthMax}");
            return string.Empty;
        }

        return text;
    }

    /// <summary>A name of the model.</summary>
    public static string AsName(this FileNode node)
    {
        var text = node.AsText();
        return text is null ? node.Wrong("a name", string.Empty)
            : ModelName.IsValid(text) ? text
            : node.Wrong(ModelName.Expected, string.Empty);
    }

    /// <summary>A size or an address within bounds.</summary>
    public static ulong AsSize(this FileNode node, ulong least, ulong most) =>
        Sizes.TryParse(node.AsText() ?? string.Empty, out var value) && value >= least && value <= most
            ? value
            : node.Wrong(string.Create(CultureInfo.InvariantCulture, $"{least} to {most}, such as {Sizes.Examples}"), least);

    /// <summary>A segment size: the kernel keeps it, and the length of each segment, in 32 bits.</summary>
    public static uint AsSegmentSize(this FileNode node) =>
        Sizes.TryParse(node.AsText() ?? string.Empty, out var value) && value <= uint.MaxValue ? (uint)value : node.Wrong(SegmentSizes, 0U);

    /// <summary>A size or an address of whole pages.</summary>
    public static ulong AsWholePages(this FileNode node, ulong least, int pageOrder = 0)
    {
        var value = node.AsSize(least, ulong.MaxValue);
        return value % Page.SizeOf(pageOrder) == 0
            ? value
            : node.Wrong($"a multiple of the page, {Page.SizeOf(pageOrder)} bytes", least);
    }

    /// <summary>A power of two.</summary>
    public static ulong AsPowerOfTwo(this FileNode node, ulong least)
    {
        var value = node.AsSize(least, ulong.MaxValue);
        return BitOperations.IsPow2(value) ? value : node.Wrong($"a power of two of at least {least} bytes", least);
    }

    /// <summary>A plain decimal number within bounds.</summary>
    public static ulong AsCount(this FileNode node, ulong least, ulong most)
    {
        return TryCount(node.AsText() ?? string.Empty, least, most, out var value) ? value
            : node.Wrong(string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}"), least);
    }

    /// <summary>Parses a plain decimal number within bounds.</summary>
    public static bool TryCount(string text, ulong least, ulong most, out ulong value) =>
        Sizes.TryParse(text, out value) && text.All(char.IsAsciiDigit) && value >= least && value <= most;

    /// <summary>A reference to a known name, such as a device's; <paramref name="named"/> begins the message for an unknown one.</summary>
    public static string AsNameIn(this FileNode node, string named, IReadOnlyCollection<string> known)
    {
        var name = node.AsName();
        if (name.Length != 0 && !known.Contains(name))
        {
            var meant = Closest.To(name, known) is { } near ? $" (did you mean {near}?)" : string.Empty;
            node.Place.Report($"{named} {name}{meant}", Quoted.AnyOf(known));
        }

        return name;
    }

    /// <summary>A reference to a known name, or a list of different ones.</summary>
    public static NameList AsNamesIn(this FileNode node, string named, IReadOnlyCollection<string> known)
    {
        var names = new List<string>();
        var entries = node switch
        {
            ListNode => node.AsList(known.Count),
            TextNode => [node],
            _ => node.Wrong("a name or a list of names", ImmutableArray<FileNode>.Empty),
        };
        foreach (var entry in entries)
        {
            var name = entry.AsNameIn(named, known);
            if (!names.Contains(name))
            {
                names.Add(name);
            }
            else if (name.Length != 0)
            {
                entry.Place.Report($"{node.Label} names {name} twice", "each name once");
            }
        }

        return new(names);
    }

    /// <summary>A flag.</summary>
    public static bool AsFlag(this FileNode node) => node switch
    {
        TextNode { IsPlain: true, Value: "true" } => true,
        TextNode { IsPlain: true, Value: "false" } => false,
        _ => node.Wrong("true or false", standIn: false),
    };

    /// <summary>One of a few words.</summary>
    public static T AsChoice<T>(this FileNode node, Vocabulary<T> choices)
    {
        if (node is TextNode text && choices.TryGetValue(text.Value, out var choice))
        {
            return choice;
        }

        var standIn = choices.Count == 0 ? default! : choices.First().Value;
        if (node.AsText() is { } written && Closest.To(written, choices.Keys) is { } meant)
        {
            node.Place.Report($"{node.Label} is {node.Found} (did you mean {meant}?)", Quoted.AnyOf(choices.Keys));
            return standIn;
        }

        return node.Wrong(Quoted.AnyOf(choices.Keys), standIn);
    }
}
