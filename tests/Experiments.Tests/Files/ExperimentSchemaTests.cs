using System.Text.Json.Nodes;
using DmaGrains.Model.Policies;
using DmaGrains.Scenarios.Files;
using DmaGrains.Scenarios.Tests.Files;
using Json.Schema;

namespace DmaGrains.Experiments.Tests.Files;

/// <summary>Reader and schema agree.</summary>
public class ExperimentSchemaTests
{
    private static readonly string _path = Path.Combine(AppContext.BaseDirectory, "schemas", "experiment.schema.json");
    private static readonly JsonSchema _schema = JsonSchema.FromFile(_path);

    [Fact]
    public void The_schema_takes_a_file_with_every_key()
    {
        var result = _schema.Evaluate(Document(EveryKey.Experiment), new() { OutputFormat = OutputFormat.List });

        Assert.True(result.IsValid, string.Join('\n', result.Details
            .Where(detail => detail.HasErrors)
            .SelectMany(detail => detail.Errors!.Select(error => $"{detail.InstanceLocation}: {error.Value}"))));
    }

    [Fact]
    public void The_schema_has_every_key_of_that_file_and_no_other()
    {
        var schema = JsonNode.Parse(File.ReadAllText(_path))!;
        schema["$defs"]!.AsObject().Remove("policy");

        // Keys of policies are theirs; keys of the matrix, of regions and of recorded devices are names.
        string[] names = ["late_attach", "pinned", "cma", "photo.first-use", "display", "gpu"];
        Assert.Equal(
            PropertiesIn(schema).Append("commands").Distinct().Order(StringComparer.Ordinal),
            KeysOf(Document(EveryKey.Experiment)).Append("commands").Append("board").Except(names).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_key_may_be_left_out_for_the_reader_when_the_schema_says_so()
    {
        var root = Document(EveryKey.Experiment);
        foreach (var (map, key) in MapsIn(root).SelectMany(map => map.Select(pair => (map, pair.Key)).ToList()).ToList())
        {
            var value = map[key];
            map.Remove(key);
            if (map.Count != 0)
            {
                var isRead = Reads(root.ToJsonString());

                Assert.True(isRead == _schema.Evaluate(root).IsValid, $"{key} of {map.GetPath()}: read {isRead}");
            }

            map[key] = value;
        }
    }

    [Fact]
    public void The_schema_names_the_policies_of_the_model() => Assert.Equal(
        NamedPolicies.All.Select(named => named.Name),
        JsonNode.Parse(File.ReadAllText(_path))!["$defs"]!["policy"]!["oneOf"]![0]!["enum"]!.AsArray().Select(name => (string)name!));

    private static bool Reads(string text)
    {
        try
        {
            SmallExperiment.Read(text);
            return true;
        }
        catch (FileFormatException)
        {
            return false;
        }
    }

    private static JsonNode Document(string text)
    {
        var file = Path.Combine(SmallExperiment.Folder, "document.yaml");
        File.WriteAllText(file, text);
        return YamlDocument.Of(file);
    }

    private static IEnumerable<JsonObject> MapsIn(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(pair => MapsIn(pair.Value)).Prepend(map),
        JsonArray list => list.SelectMany(MapsIn),
        _ => [],
    };

    private static IEnumerable<string> KeysOf(JsonNode node) => MapsIn(node).SelectMany(map => map.Select(pair => pair.Key));

    private static IEnumerable<string> PropertiesIn(JsonNode? node) => MapsIn(node)
        .Where(map => map.ContainsKey("properties"))
        .SelectMany(map => map["properties"]!.AsObject().Select(pair => pair.Key));
}
