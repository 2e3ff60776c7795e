using DmaGrains.Model;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Experiments.Files;

/// <summary>Formats a value of a file in one line.</summary>
internal static class FlowText
{
    private const int LengthMax = 80;

    /// <summary>The value in YAML's flow style, shortened if it is long.</summary>
    public static string Of(FileNode node) => HarmlessText.Short(Whole(node), LengthMax);

    private static string Whole(FileNode node) => node switch
    {
        TextNode text => text.Value,
        ListNode list => $"[{string.Join(", ", list.Entries.Select(Whole))}]",
        MapNode map => $"{{{string.Join(", ", map.Keys.Select(key => $"{key.Value}: {Whole(map.Required(key.Value))}"))}}}",
        _ => string.Empty,
    };
}
