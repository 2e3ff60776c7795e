using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CsCheck;
using DmaGrains.Model;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Policies;
using DmaGrains.Reports;
using DmaGrains.Scenarios.Files;
using DmaGrains.Tests.Shared;

namespace DmaGrains.Scenarios.Tests.Files;

public class SchemaTests
{
    [Fact]
    public void Scenario_schema_lists_the_words_that_the_reader_takes()
    {
        var types = Schema("scenario")["$defs"]!;
        var keyed = types["step"]!["anyOf"]!.AsArray().Single(form => (string?)form!["type"] == "object")!["properties"]!;

        Assert.Equal(Vocabulary.Outcomes.Keys, Texts(keyed["expect"]!["enum"]!));
        Assert.Equal(Vocabulary.Directions.Keys, Texts(types["direction"]!["enum"]!));
        Assert.Equal(Vocabulary.Options.Keys, Texts(keyed["options"]!["items"]!["enum"]!));
        Assert.Equal([.. StepKinds.Verbs.Keys, "direction", "options", "expect"], keyed.AsObject().Select(key => key.Key));
    }

    [Fact]
    public void Scenario_schema_names_the_policies_of_the_model() => Assert.Equal(
        NamedPolicies.All.Select(named => named.Name),
        Texts(Schema("scenario")["$defs"]!["policy"]!["oneOf"]![0]!["enum"]!));

    [Theory]
    [MemberData(nameof(ShortSteps))]
    public void Scenario_schema_takes_the_short_steps_that_the_reader_takes(string step)
    {
        var patterns = Schema("scenario")["$defs"]!["step"]!["anyOf"]!.AsArray()
            .Where(form => (string?)form!["type"] == "string")
            .Select(form => (string)form!["pattern"]!);

        Assert.Contains(patterns, pattern => Regex.IsMatch(step, pattern));
    }

    [Fact]
    public void Board_schema_lists_the_words_that_the_reader_takes()
    {
        var types = Schema("board")["$defs"]!;
        var iommu = types["iommu"]!["properties"]!;

        Assert.Equal(Vocabulary.MemoryKinds.Keys, Texts(types["region"]!["properties"]!["kind"]!["enum"]!));
        Assert.Equal(Vocabulary.PeerPaths.Keys, Texts(types["region"]!["properties"]!["peer_path"]!["enum"]!));
        Assert.Equal(Vocabulary.PeerAccesses.Keys, Texts(types["region"]!["properties"]!["peer_access"]!["enum"]!));
        Assert.Equal(Vocabulary.IovaPolicies.Keys, Texts(iommu["policy"]!["enum"]!));
        Assert.Equal(Vocabulary.IovaAlignments.Keys, Texts(iommu["alignment"]!["enum"]!));
        Assert.Equal(Vocabulary.IovaReuses.Keys, Texts(iommu["reuse"]!["enum"]!));
        Assert.Equal(Vocabulary.StageOwners.Keys, Texts(iommu["owner"]!["enum"]!));
    }

    [Fact]
    public void Board_schema_and_page_have_every_limit_of_the_table()
    {
        var page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "docs", "scenario-format.md"));

        Assert.All(ListLimit.All, limit =>
        {
            var key = Vocabulary.Spelt(limit.Field);
            Assert.Equal(limit.Description, (string?)Schema("board")["$defs"]!["device"]!["properties"]![key]?["description"]);
            Assert.Contains($"| `{key}` |", page, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Schemas_have_every_key_of_files_that_use_every_key_and_no_other()
    {
        Assert.Equal(KeysIn(Schema("board")), KeysOf(EveryKey.Board));
        Assert.Equal(KeysIn(Schema("scenario")).Except(StepKinds.Verbs.Keys), KeysOf(EveryKey.Scenario).Except(StepKinds.Verbs.Keys));
    }

    [Fact]
    public void Scenario_schema_has_the_limits_of_the_reader()
    {
        var schema = Schema("scenario")["properties"]!;

        Assert.Equal(ScenarioFile.BuffersMax, (int?)schema["buffers"]!["maxItems"]);
        Assert.Equal(ScenarioFile.ImportersMax, (int?)schema["importers"]!["maxItems"]);
        Assert.Equal(ScenarioFile.StepsMax, (int?)schema["order"]!["maxItems"]);
    }

    [Fact]
    public void Schemas_take_the_names_that_the_model_takes()
    {
        var patterns = SchemaFiles.SelectMany(file => PatternsIn(JsonNode.Parse(File.ReadAllText(file))))
            .Where(pattern => pattern.Contains("A-Za-z0-9", StringComparison.Ordinal) || pattern.Contains("a-z0-9", StringComparison.Ordinal))
            .ToList();

        // A name by itself in each schema, and within an importer and two kinds of short steps.
        Assert.Equal((6, 3), (patterns.Count, patterns.Count(pattern => !pattern.Contains(' ', StringComparison.Ordinal))));
        Assert.All(patterns, pattern => _nearlyNames.Sample(name => Assert.Equal(
            ModelName.IsValid(name), TextsWith(name).Any(text => Regex.IsMatch(text, pattern)))));
    }

    private static readonly Gen<string> _nearlyNames = Gen.OneOf(
        Gen.Char["azAZ09._-#@,"].Array[1, ModelName.LengthMax + 1], Gen.Char["azAZ09._-#@,/é"].Array[1, 6]).Select(letters => new string(letters));

    /// <summary>Where a name may stand: by itself, also for an importer, or in a short step.</summary>
    private static IEnumerable<string> TextsWith(string name) => [name, $"attach {name}", $"map {name}"];

    private static string[] SchemaFiles => Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "schemas"), "*.schema.json");

    private static IEnumerable<string> PatternsIn(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(entry => entry is { Key: "pattern", Value: JsonValue text } ? [(string)text!] : PatternsIn(entry.Value)),
        JsonArray list => list.SelectMany(PatternsIn),
        _ => [],
    };

    /// <summary>The short form of every verb.</summary>
    public static TheoryData<string> ShortSteps =>
    [
        .. StepKinds.Verbs.Where(verb => verb.Value != StepKind.SetParameters).Select(verb => verb.Value == StepKind.SwitchContext ? $"{verb.Key} 1"
            : verb.Value.HasDirection() ? $"{verb.Key} frame to-device"
            : $"{verb.Key} frame"),
    ];

    /// <summary>The keys that a file uses, in the order of the alphabet.</summary>
    private static IEnumerable<string> KeysOf(string text)
    {
        using var file = new TemporaryFile(text);
        return [.. KeysOf(NodeTree.Read(file.Path)).Distinct().Order(StringComparer.Ordinal)];
    }

    private static IEnumerable<string> KeysOf(FileNode node) => node switch
    {
        MapNode map => map.Keys.SelectMany(key => KeysOf(map.Required(key.Value)).Prepend(key.Value)),
        ListNode list => list.Entries.SelectMany(KeysOf),
        _ => [],
    };

    /// <summary>The keys that a schema knows, in the order of the alphabet.</summary>
    private static IEnumerable<string> KeysIn(JsonNode schema) =>
        PropertiesIn(schema).Distinct().Order(StringComparer.Ordinal);

    private static IEnumerable<string> PropertiesIn(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(entry => PropertiesIn(entry.Value).Concat(
            entry.Key == "properties" ? entry.Value!.AsObject().Select(property => property.Key) : [])),
        JsonArray list => list.SelectMany(PropertiesIn),
        _ => [],
    };

    private static IEnumerable<string> Texts(JsonNode node) => node.AsArray().Select(text => (string)text!);

    private static JsonNode Schema(string name) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "schemas", name + ".schema.json")))!;
}
