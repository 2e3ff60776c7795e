using System.Text.Json.Nodes;

namespace DmaGrains.Kernel.Tests.DeviceTrees;

/// <summary>Compares facts with those of another program.</summary>
internal static class FactsComparison
{
    /// <summary>Keys that tell which file it was.</summary>
    private static readonly string[] _ofTheFile = ["file", "package_set", "sha256"];

    public static void AssertEqual(JsonObject expected, JsonObject actual)
    {
        foreach (var key in _ofTheFile)
        {
            expected.Remove(key);
        }

        Assert.Empty(Differences("$", expected, actual).Take(20));
    }

    private static IEnumerable<string> Differences(string at, JsonNode? expected, JsonNode? actual) => (expected, actual) switch
    {
        (JsonObject left, JsonObject right) => left.Select(pair => pair.Key).Union(right.Select(pair => pair.Key))
            .SelectMany(key => left.ContainsKey(key) && right.ContainsKey(key)
                ? Differences($"{at}.{key}", left[key], right[key])
                : [$"{at}.{key}: expected {left[key]?.ToJsonString() ?? (left.ContainsKey(key) ? "null" : "nothing")}, is {right[key]?.ToJsonString() ?? (right.ContainsKey(key) ? "null" : "nothing")}"]),
        (JsonArray left, JsonArray right) when left.Count == right.Count =>
            left.Zip(right).SelectMany((pair, index) => Differences($"{at}[{index}]", pair.First, pair.Second)),
        _ => JsonNode.DeepEquals(expected, actual)
            ? []
            : [$"{at}: expected {expected?.ToJsonString() ?? "null"}, is {actual?.ToJsonString() ?? "null"}"],
    };
}
