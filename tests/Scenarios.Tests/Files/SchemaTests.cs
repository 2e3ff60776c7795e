using System.Text.Json.Nodes;
using DmaGrains.Model.Policies;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Scenarios.Tests.Files;

public class SchemaTests
{
    [Fact]
    public void Scenario_schema_lists_the_words_that_the_reader_takes()
    {
        var types = Schema("scenario")["$defs"]!;
        var keyed = types["step"]!["anyOf"]!.AsArray().Single(form => (string?)form!["type"] == "object")!["properties"]!;

        Assert.Equal(Words.Outcomes.Keys, Texts(keyed["expect"]!["enum"]!));
        Assert.Equal(Words.Directions.Keys, Texts(types["direction"]!["enum"]!));
        Assert.Equal([.. Words.Verbs.Keys, "direction", "expect"], keyed.AsObject().Select(key => key.Key));
    }

    [Fact]
    public void Scenario_schema_names_the_policies_of_the_model() => Assert.Equal(
        NamedPolicies.All.Select(named => named.Name),
        Texts(Schema("scenario")["$defs"]!["policy"]!["oneOf"]![0]!["enum"]!));

    [Fact]
    public void Scenario_schema_has_the_limits_of_the_reader()
    {
        var schema = Schema("scenario")["properties"]!;

        Assert.Equal(ScenarioFile.BuffersMax, (int?)schema["buffers"]!["maxItems"]);
        Assert.Equal(ScenarioFile.ImportersMax, (int?)schema["importers"]!["maxItems"]);
        Assert.Equal(ScenarioFile.StepsMax, (int?)schema["order"]!["maxItems"]);
    }

    private static IEnumerable<string> Texts(JsonNode node) => node.AsArray().Select(text => (string)text!);

    private static JsonNode Schema(string name) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "schemas", name + ".schema.json")))!;
}
