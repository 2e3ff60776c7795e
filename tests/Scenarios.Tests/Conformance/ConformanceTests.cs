using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using DmaGrains.Scenarios.Conformance;

namespace DmaGrains.Scenarios.Tests.Conformance;

public class ConformanceTests
{
    private const string Segment =
        """{"id":"ck-1","dma_parms":null,"length":9,"dma_address":4096,"dma_length":9,"expect":{"longer_than_max":false,"crosses_boundary":false}}""";

    private static readonly string[] Expectations = ["expect", "expect_as_posted", "expect_rolled_back"];

    [Theory]
    [InlineData("scatterlist", VectorKind.Scatterlist, 1451)]
    [InlineData("constraints", VectorKind.Constraints, 720)]
    [InlineData("representability", VectorKind.Representability, 1284)]
    [InlineData("check_sg_segment", VectorKind.CheckSgSegment, 480)]
    public void Run_passes_every_record_of_the_public_files(string name, VectorKind kind, int records)
    {
        var report = VectorFiles.RunPublic(name);

        Assert.Empty(report.Failures);
        Assert.Equal(
            ($"{name}.public", kind, records, 0, 0),
            (report.Name, report.Kind, report.Passed, report.Failed, report.Skipped));
    }

    [Theory]
    [InlineData("scatterlist")]
    [InlineData("constraints")]
    [InlineData("representability")]
    [InlineData("check_sg_segment")]
    public void Run_fails_the_record_when_any_expected_value_is_another(string name)
    {
        var lines = VectorFiles.PublicLines(name);
        Gen.Select(Gen.Int[0, lines.Length - 1], Gen.Int[0, int.MaxValue - 1]).Sample((line, pick) =>
        {
            var record = JsonNode.Parse(lines[line])!.AsObject();
            var leaves = Expectations.SelectMany(key => VectorLeaves.Below(record[key])).ToList();
            var leaf = leaves[pick % leaves.Count];
            leaf.Set(Another(leaf.Value));

            var failure = Assert.Single(VectorFiles.Run(record.ToJsonString()).Failures);
            return failure.Id == (string?)record["id"] && failure.Expected != failure.Actual;
        });
    }

    [Fact]
    public void Run_compares_the_entries_after_each_call()
    {
        var line = VectorFiles.PublicLines("scatterlist").First(text => text.Contains("\"append\"", StringComparison.Ordinal));
        var record = JsonNode.Parse(line)!;
        record["calls"]![0]!["nents_after"] = 99;

        var failure = Assert.Single(VectorFiles.Run(record.ToJsonString()).Failures);

        Assert.Equal("calls[0].nents_after 99", failure.Expected);
    }

    [Fact]
    public void Run_counts_every_failure_and_describes_the_first_20()
    {
        var wrong = Segment.Replace("\"crosses_boundary\":false", "\"crosses_boundary\":true", StringComparison.Ordinal);

        var report = VectorFiles.Run([Segment, .. Enumerable.Repeat(wrong, 25)]);

        Assert.Equal((1, 25, 20), (report.Passed, report.Failed, report.Failures.Length));
        Assert.Equal(
            new ConformanceFailure(
                "ck-1", 2, "longer_than_max false, crosses_boundary true", "longer_than_max false, crosses_boundary false"),
            report.Failures[0]);
    }

    [Fact]
    public void Run_passes_over_blank_lines_and_counts_them_as_lines()
    {
        var wrong = Segment.Replace("\"longer_than_max\":false", "\"longer_than_max\":true", StringComparison.Ordinal);

        var report = VectorFiles.Run("", Segment + "\r", "  ", wrong, "", "");

        Assert.Equal((1, 1, 4), (report.Passed, report.Failed, Assert.Single(report.Failures).Line));
    }

    [Fact]
    public void Run_holds_a_refused_attach_against_both_readings()
    {
        const string Line =
            """{"id":"co-1","getters":"direct","devices":[[8,4,15],[4,2,7]],"ops":[["attach",0],["attach-refused",1],["detach",0]],"expect_as_posted":[["ok",8,4,15],["EBUSY",4,2,7],["ok",4294967295,4294967295,18446744073709551615]],"expect_rolled_back":[["ok",8,4,15],["EBUSY",8,4,15],["ok",4294967295,4294967295,18446744073709551615]]}""";

        var swapped = Line.Replace("expect_as_posted", "expect_x", StringComparison.Ordinal)
            .Replace("expect_rolled_back", "expect_as_posted", StringComparison.Ordinal)
            .Replace("expect_x", "expect_rolled_back", StringComparison.Ordinal);

        Assert.Equal(1, VectorFiles.Run(Line).Passed);
        var failure = Assert.Single(VectorFiles.Run(swapped).Failures);
        Assert.Equal(("expect_as_posted[1] [EBUSY,8,4,15]", "[EBUSY,4,2,7]"), (failure.Expected, failure.Actual));
    }

    /// <summary>A value of the same type that is not the same.</summary>
    private static JsonNode Another(JsonNode? value) => value?.GetValueKind() switch
    {
        null => JsonValue.Create(1),
        JsonValueKind.True => JsonValue.Create(false),
        JsonValueKind.False => JsonValue.Create(true),
        JsonValueKind.Number => JsonValue.Create(value.GetValue<ulong>() ^ 1),
        JsonValueKind.String => JsonValue.Create((string?)value == "EBUSY" ? "EINVAL" : "EBUSY"),
        _ => new JsonArray(new JsonArray(0, 0, 4096)),
    };
}
