using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DmaGrains.Scenarios.Files;
using Json.Schema;

namespace DmaGrains.Scenarios.Tests.Files;

/// <summary>Reader, schema and page agree on which keys must be there.</summary>
public partial class MandatoryKeyTests
{
    private static readonly JsonSchema _boards = SchemaOf("board");
    private static readonly JsonSchema _scenarios = SchemaOf("scenario");

    public static TheoryData<string> Shipped => [.. FilesIn("boards"), .. FilesIn("scenarios")];

    [Theory]
    [MemberData(nameof(Shipped))]
    public void Shipped_file_validates_against_its_schema(string file)
    {
        var result = SchemaFor(file).Evaluate(YamlDocument.Of(PathOf(file)), new() { OutputFormat = OutputFormat.List });

        Assert.True(result.IsValid, string.Join('\n', result.Details
            .Where(detail => detail.HasErrors)
            .SelectMany(detail => detail.Errors!.Select(error => $"{detail.InstanceLocation}: {error.Value}"))));
    }

    [Theory]
    [MemberData(nameof(Shipped))]
    public void Key_may_be_left_out_for_the_reader_when_the_schema_says_so(string file)
    {
        var root = YamlDocument.Of(PathOf(file));
        foreach (var (map, key) in KeysOf(root, string.Empty, []).ToList())
        {
            var value = map[key];
            map.Remove(key);
            var isMissed = ProblemsOf(file, root).Any(problem =>
                problem.Contains($"has no key '{key}'", StringComparison.Ordinal) || problem.Contains("a step has 0 verbs", StringComparison.Ordinal));

            Assert.True(isMissed != SchemaFor(file).Evaluate(root).IsValid, $"{file}: {key} of {map.GetPath()}");
            map[key] = value;
        }
    }

    [Theory]
    [InlineData("a board", "board", "")]
    [InlineData("a region of memory", "board", "$defs/region")]
    [InlineData("an MMU", "board", "$defs/iommu")]
    [InlineData("a bus", "board", "$defs/bus")]
    [InlineData("a device", "board", "$defs/device")]
    [InlineData("a scenario", "scenario", "")]
    [InlineData("a buffer", "scenario", "$defs/buffer")]
    [InlineData("an importer", "scenario", "$defs/importer")]
    public void Page_names_the_keys_that_the_schema_requires(string what, string schema, string place)
    {
        JsonNode node = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "schemas", $"{schema}.schema.json")))!;
        foreach (var step in place.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            node = node[step]!;
        }

        var page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "docs", "scenario-format.md"));
        var row = Assert.Single(page.Split('\n'), line => line.StartsWith($"| {what} | `", StringComparison.Ordinal));
        Assert.Equal(
            node["required"]!.AsArray().Select(key => key!.GetValue<string>()),
            Code().Matches(row).Select(match => match.Groups["key"].Value));
    }

    [Theory]
    [MemberData(nameof(Boards))]
    public void Shipped_board_says_where_every_value_comes_from(string file)
    {
        var board = YamlDocument.Of(PathOf(file));

        Assert.All(Entries(board, "memory").Concat(Entries(board, "iommus")).Concat(Entries(board, "buses")), entry => Assert.NotNull(entry["source"]));
        Assert.All(Entries(board, "devices"), device => Assert.Equal(
            device.Select(pair => pair.Key).Except(["name", "driver", "description", "bus", "sources"]).Order(),
            (device["sources"]?.AsObject() ?? []).Select(pair => pair.Key).Order()));
        Assert.All(Entries(board, "devices"), device => Assert.True(device.ContainsKey("driver") && device.ContainsKey("description")));
    }

    public static TheoryData<string> Boards => [.. FilesIn("boards")];

    private static IEnumerable<JsonObject> Entries(JsonNode board, string key) => board[key]?.AsArray().Select(entry => entry!.AsObject()) ?? [];

    /// <summary>The keys of a document; those of a list's entries once for all entries.</summary>
    private static IEnumerable<(JsonObject Map, string Key)> KeysOf(JsonNode? node, string path, HashSet<string> seen)
    {
        switch (node)
        {
            case JsonObject map:
                foreach (var (key, value) in map.ToList())
                {
                    if (seen.Add($"{path}/{key}"))
                    {
                        yield return (map, key);
                    }

                    foreach (var below in KeysOf(value, $"{path}/{key}", seen))
                    {
                        yield return below;
                    }
                }

                break;
            case JsonArray list:
                foreach (var below in list.SelectMany(entry => KeysOf(entry, path, seen)))
                {
                    yield return below;
                }

                break;
            default:
                break;
        }
    }

    private static IEnumerable<string> ProblemsOf(string file, JsonNode root)
    {
        using var text = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(root.ToJsonString()));
        return FileReport.Of(PathOf(file), text).Problems.Select(problem => problem.Problem);
    }

    private static JsonSchema SchemaFor(string file) => file.StartsWith("boards", StringComparison.Ordinal) ? _boards : _scenarios;

    private static JsonSchema SchemaOf(string name) =>
        JsonSchema.FromFile(Path.Combine(AppContext.BaseDirectory, "schemas", $"{name}.schema.json"));

    private static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, file);

    private static IEnumerable<string> FilesIn(string folder) => Directory
        .EnumerateFiles(Path.Combine(AppContext.BaseDirectory, folder), "*.yaml")
        .Select(file => $"{folder}/{Path.GetFileName(file)}")
        .Order(StringComparer.Ordinal);

    [GeneratedRegex("`(?<key>[a-z_]+)`")]
    private static partial Regex Code();
}
