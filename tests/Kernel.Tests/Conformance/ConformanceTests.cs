using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using DmaGrains.Kernel.Conformance;
using static DmaGrains.Kernel.Tests.Conformance.VectorRecords;

namespace DmaGrains.Kernel.Tests.Conformance;

public class ConformanceTests
{
    private static readonly string[] _expectations = ["expect", "expect_as_posted", "expect_rolled_back"];

    [Theory]
    [InlineData("scatterlist", VectorKind.Scatterlist, 1451, "Linux 6.1.192")]
    [InlineData("constraints", VectorKind.Constraints, 720, "RFCv3 2/2 of 27 January 2015")]
    [InlineData("representability", VectorKind.Representability, 1284, "an exhaustive search over the segment check of Linux 6.1.192")]
    [InlineData("check_sg_segment", VectorKind.CheckSgSegment, 480, "Linux 6.1.192")]
    [InlineData("iommu_map", VectorKind.IommuMap, 1440, "Linux 6.1.192")]
    [InlineData("iova", VectorKind.Iova, 396, "Linux 7.3.4")]
    [InlineData("iommu_place", VectorKind.IommuPlace, 400, "Linux 7.3.4")]
    [InlineData("swiotlb", VectorKind.Swiotlb, 397, "Linux 7.3.4")]
    [InlineData("swiotlb_areas", VectorKind.SwiotlbAreas, 150, "Linux 6.12.117")]
    [InlineData("cma", VectorKind.Cma, 400, "Linux 7.3.4")]
    [InlineData("buddy", VectorKind.Buddy, 400, "Linux 7.3.4")]
    public void Run_passes_every_record_of_the_public_files(string name, VectorKind kind, int records, string reference)
    {
        var report = VectorFiles.RunPublic(name);

        Assert.Empty(report.Failures);
        Assert.Equal(
            ($"{name}.public", kind, records, 0, 0, reference),
            (report.Name, report.Kind, report.Passed, report.Failed, report.Skipped, report.Reference));
    }

    [Theory]
    [InlineData("scatterlist")]
    [InlineData("constraints")]
    [InlineData("representability")]
    [InlineData("check_sg_segment")]
    [InlineData("iommu_map")]
    [InlineData("iova")]
    [InlineData("iommu_place")]
    [InlineData("swiotlb")]
    [InlineData("swiotlb_areas")]
    [InlineData("cma")]
    [InlineData("buddy")]
    public void Run_fails_the_record_when_any_expected_value_is_another(string name)
    {
        var lines = VectorFiles.PublicLines(name);
        Gen.Select(Gen.Int[0, lines.Length - 1], Gen.Int[0, int.MaxValue - 1]).Sample((line, pick) =>
        {
            var record = JsonNode.Parse(lines[line])!;
            var leaves = _expectations.SelectMany(key => VectorLeaves.Below(record[key])).ToList();
            var leaf = leaves[pick % leaves.Count];
            leaf.Set(Another(leaf.Value, name));

            var failure = Assert.Single(VectorFiles.Run(record.ToJsonString()).Failures);
            return failure.Id == (string?)record["id"] && failure.Expected != failure.Actual;
        });
    }

    [Fact]
    public void Run_compares_the_entries_after_each_call()
    {
        var failure = Assert.Single(VectorFiles.Run(Appended.With("'nents_after':1", "'nents_after':99")).Failures);

        Assert.Equal(("sg-2", "calls[0].nents_after 99", "1"), (failure.Id, failure.Expected, failure.Actual));
    }

    [Fact]
    public void Run_counts_every_failure_and_describes_the_first_20()
    {
        var wrong = Segment.With("'crosses_boundary':false", "'crosses_boundary':true");

        var report = VectorFiles.Run([Segment.Json(), .. Enumerable.Repeat(wrong, 25)]);

        Assert.Equal((1, 25), (report.Passed, report.Failed));
        Assert.Equal(Enumerable.Range(2, 20), report.Failures.Select(failure => failure.Line));
    }

    [Fact]
    public void Run_passes_over_blank_lines_and_counts_them_as_lines()
    {
        var wrong = Segment.With("'longer_than_max':false", "'longer_than_max':true");

        var report = VectorFiles.Run("", $"{Segment.Json()}\r", "  ", wrong, "", "");

        Assert.Equal((1, 1, 4), (report.Passed, report.Failed, Assert.Single(report.Failures).Line));
    }

    [Theory]
    [InlineData("'EBUSY',4,2,7", "'EBUSY',8,4,15", "expect_as_posted[1] [EBUSY,8,4,15]", "[EBUSY,4,2,7]")]
    [InlineData("'EBUSY',8,4,15", "'EBUSY',4,2,7", "expect_rolled_back[1] [EBUSY,4,2,7]", "[EBUSY,8,4,15]")]
    public void Run_holds_a_refused_attach_against_both_readings(
        string part, string change, string expected, string actual)
    {
        var failure = Assert.Single(VectorFiles.Run(Refused.With(part, change)).Failures);

        Assert.Equal(("co-2", expected, actual), (failure.Id, failure.Expected, failure.Actual));
    }

    [Theory]
    [InlineData("'iova_len':16384", "'iova_len':8192", "iova_len 8192", "16384")]
    [InlineData("'iova_align':16384", "'iova_align':8192", "iova_align 8192", "16384")]
    [InlineData("[8192,8192]]", "[8192,4096]]", "dma_segments[1] [8192,4096]", "[8192,8192]")]
    [InlineData(",[8192,8192]", "", "dma_segments of length 1", "length 2")]
    [InlineData("[[0,4096]]", "[]", "pads of length 0", "length 1")]
    [InlineData("'over_max':0", "'over_max':1", "over_max 1", "0")]
    [InlineData("'crossing':0", "'crossing':1", "crossing 1", "0")]
    public void Run_names_where_a_mapping_differs(string part, string change, string expected, string actual)
    {
        var failure = Assert.Single(VectorFiles.Run(Translated.With(part, change)).Failures);

        Assert.Equal(("im-1", expected, actual), (failure.Id, failure.Expected, failure.Actual));
    }

    [Theory]
    [InlineData(",4294967295]", ",4096]", "EINVAL", "iova_len 4096")]
    [InlineData("EINVAL", "EIO", "EIO", "EINVAL")]
    public void Run_holds_a_mapping_against_an_errno(string part, string change, string expected, string actual)
    {
        var failure = Assert.Single(VectorFiles.Run(TooLong.With(part, change)).Failures);

        Assert.Equal((expected, actual), (failure.Expected, failure.Actual));
    }

    [Fact]
    public void Run_fails_a_mapping_that_the_model_refuses()
    {
        var failure = Assert.Single(VectorFiles.Run(Translated.With("[0,8192]]", "[0,4294967295]]")).Failures);

        Assert.Equal(("iova_len 16384", "EINVAL"), (failure.Expected, failure.Actual));
    }

    /// <summary>A value that can stand in the same place and is not the same.</summary>
    private static JsonNode Another(JsonNode? value, string kind) => value?.GetValueKind() switch
    {
        null when kind == "constraints" => new JsonArray(1, 1, 1),
        null => JsonValue.Create(1),
        JsonValueKind.True => JsonValue.Create(false),
        JsonValueKind.False => JsonValue.Create(true),
        JsonValueKind.Number => JsonValue.Create(value.GetValue<ulong>() ^ 1),
        JsonValueKind.Array => new JsonArray(new JsonArray(0, 1)),
        JsonValueKind.String => JsonValue.Create((string?)value == "EBUSY" ? "EINVAL" : "EBUSY"),
        _ => throw new UnreachableException(),
    };
}
