using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using DmaGrains.Model.Boards;
using DmaGrains.Scenarios.Files;
using DmaGrains.Tests.Shared;
using Json.Schema;

namespace DmaGrains.Scenarios.Tests.Files;

/// <summary>No text of a file is without a bound, and reader, schema and page agree on it.</summary>
public sealed class LineLengthTests
{
    [Fact]
    public void Every_text_in_a_file_is_bounded_for_the_reader_and_for_the_schema()
    {
        using var board = new TemporaryFile(EveryKey.Board);
        using var scenario = new TemporaryFile(EveryKey.ScenarioOn(board.Path));
        foreach (var (file, schema) in new[] { (board, "board"), (scenario, "scenario") })
        {
            var root = YamlDocument.Of(file.Path);
            Assert.Empty(ProblemsOf(root));
            foreach (var text in TextsIn(root).ToList())
            {
                var path = text.GetPath();
                var isTitle = path == "$.title";
                var longer = JsonValue.Create(new string('x', (isTitle ? BoardDefinition.TitleLengthMax : NodeValues.LineMax) + 1));
                text.ReplaceWith(longer);

                var problems = ProblemsOf(root);
                Assert.True(!problems.IsEmpty, $"{path} of {schema} has no bound");
                Assert.All(problems, problem => Assert.InRange(problem.Problem.Length, 1, 600));
                Assert.False(SchemaOf(schema).Evaluate(root).IsValid, $"{path} of the schema of a {schema} has no bound");
                longer.ReplaceWith(text);
            }
        }
    }

    [Theory]
    [InlineData("title", 256)]
    [InlineData("description", 1024)]
    [InlineData("source", 1024)]
    public void Text_of_a_board_has_its_length_and_no_more(string key, int most) =>
        AssertLongest(text => EveryKey.Board.With($"{key}: {OnlyValueOf(EveryKey.Board, key)}", $"{key}: \"{text}\""), key, most);

    [Fact]
    public void What_a_scenario_shows_has_its_length_and_no_more()
    {
        using var board = new TemporaryFile(EveryKey.Board);
        AssertLongest(text => EveryKey.ScenarioOn(board.Path).With("A scenario with everything.", text), "shows", 1024);
    }

    [Fact]
    public void Schemas_and_page_have_the_lengths_of_the_reader()
    {
        Assert.Equal(BoardDefinition.TitleLengthMax, (int?)Json("board")["properties"]!["title"]!["maxLength"]);
        Assert.All(["board", "scenario", "experiment"], schema => Assert.Equal(NodeValues.LineMax, (int?)Json(schema)["$defs"]!["text"]!["maxLength"]));
        Assert.Contains(
            $"A `title` has at most {BoardDefinition.TitleLengthMax} characters, any other line of text (`shows`, `description`, `driver`, `source`, a path) at most {NodeValues.LineMax}",
            File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "docs", "scenario-format.md")),
            StringComparison.Ordinal);
    }

    /// <summary>Characters, not units of UTF-16: a pair is one.</summary>
    private static void AssertLongest(Func<string, string> file, string key, int most)
    {
        foreach (var character in (string[])["x", "ö", "😀"])
        {
            Assert.Empty(ProblemsOf(file(string.Concat(Enumerable.Repeat(character, most)))));
            var problem = ProblemsOf(file(string.Concat(Enumerable.Repeat(character, most + 1))))[0];
            Assert.Equal($"{key} has {most + 1} characters; expected at most {most}", problem.Problem);
            Assert.InRange(problem.Line, 2, 100);
        }
    }

    /// <summary>The first value of a key, as it is written.</summary>
    private static string OnlyValueOf(string text, string key) =>
        text.Split($"{key}: ")[1].Split('\n', ',', '}')[0];

    private static IEnumerable<JsonValue> TextsIn(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(entry => TextsIn(entry.Value)),
        JsonArray list => list.SelectMany(TextsIn),
        JsonValue value when value.TryGetValue<string>(out _) => [value],
        _ => [],
    };

    private static ImmutableArray<FileProblemReport> ProblemsOf(JsonNode root) => ProblemsOf(root.ToJsonString());

    private static ImmutableArray<FileProblemReport> ProblemsOf(string text)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        return FileReport.Of("file.yaml", stream).Problems;
    }

    private static JsonSchema SchemaOf(string name) => JsonSchema.FromFile(PathOf(name));

    private static JsonNode Json(string name) => JsonNode.Parse(File.ReadAllText(PathOf(name)))!;

    private static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "schemas", $"{name}.schema.json");
}
