using System.Text.Json.Nodes;

namespace DmaGrains.Kernel.Tests.Conformance;

/// <summary>The values inside a record, to be changed one at a time.</summary>
internal static class VectorLeaves
{
    /// <summary>Every place below a node that holds no object and no array with something in it.</summary>
    public static IEnumerable<Leaf> Below(JsonNode? node) => node switch
    {
        JsonObject members => members.ToList().SelectMany(member =>
            LeafOr(member.Value, value => members[member.Key] = value)),
        JsonArray items => items.ToList().SelectMany((item, index) =>
            LeafOr(item, value => items[index] = value)),
        _ => [],
    };

    private static IEnumerable<Leaf> LeafOr(JsonNode? node, Action<JsonNode?> set) =>
        node is JsonObject { Count: > 0 } or JsonArray { Count: > 0 } ? Below(node) : [new(node, set)];

    /// <param name="Value">What stands there.</param>
    /// <param name="Set">Puts something else there.</param>
    internal sealed record Leaf(JsonNode? Value, Action<JsonNode?> Set);
}
