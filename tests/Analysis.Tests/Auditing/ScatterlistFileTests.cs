using System.Collections.Immutable;
using System.Text.Json;
using CsCheck;
using DmaGrains.Analysis.Auditing;
using DmaGrains.Model.Buffers;
using DmaGrains.Reports;
using DmaGrains.Scenarios.Files;
using DmaGrains.Tests.Shared;

namespace DmaGrains.Analysis.Tests.Auditing;

public sealed class ScatterlistFileTests
{
    private const string Yaml =
        """
        # Comments are fine.
        size_bytes: 12KiB
        entries:
          - {address: 0x40000000, offset: 0, length: 8KiB}
          - {address: 0x80000800, offset: 2048, length: 2048}
        segments:
          - {address: 0xffff0000, length: 12288}
        """;

    private static readonly JsonSerializerOptions _asAnswers = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
    };

    [Fact]
    public void Scatterlist_is_read_from_YAML()
    {
        var list = Assert.Single(Parse(Yaml));

        Assert.Equal(12288UL, list.SizeBytes);
        Assert.Equal([new(0x40000000, 8192), new(0x80000800, 2048)], list.Entries);
        Assert.Equal([new(0xffff0000, 12288)], list.Segments);
        Assert.Null(list.Device);
    }

    [Fact]
    public void What_a_buffer_is_described_as_is_read_again()
    {
        var buffer = SmallBoard.BufferAfter(
            200_000, SmallBoard.Attach("gpu"), SmallBoard.Map("gpu", DmaDirection.ToDevice), new DmaCommand.GetPfns("numbers", "gpu"));

        var read = Assert.Single(Parse(JsonSerializer.Serialize(BufferReport.Of(buffer), _asAnswers)));

        var given = Assert.Single(GivenScatterlist.Of(buffer));
        Assert.Equal(given.Entries, read.Entries);
        Assert.Equal(given.Segments, read.Segments);
        Assert.Equal(("gpu", 200_000UL), (read.Device, read.SizeBytes));
    }

    [Theory]
    [InlineData("""{"steps": [{"index": 1, "scatterlist": null}, {"index": 2, "operation": "map", "device": "gpu", "scatterlist": {"entries": [{"address": 0, "length": 1}]}}]}""", "step 2: map of gpu", "gpu")]
    [InlineData("""{"command": "map", "scatterlist": {"segments": [{"address": 0, "length": 1}], "entries": []}}""", "the list", null)]
    public void Answers_with_lists_in_them_are_read(string text, string label, string? device)
    {
        var list = Assert.Single(Parse(text));

        Assert.Equal((label, device), (list.Label, list.Device));
    }

    [Theory]
    [InlineData("{}", 1, 1, "the file has no scatterlist")]
    [InlineData("{\"steps\": []}", 1, 1, "the file has no scatterlist")]
    [InlineData("{\"scatterlist\": null}", 1, 1, "the file has no scatterlist")]
    [InlineData("entries: []", 1, 1, "has neither entries nor segments")]
    [InlineData("entries: x", 1, 10, "entries is text 'x'; expected a list")]
    [InlineData("entries:\n  - {address: 0x1000}", 2, 5, "has no key 'length'")]
    [InlineData("entries:\n  - {address: 0x1000, length: -1}", 2, 31, "expected 0 to 18446744073709551615")]
    [InlineData("entries:\n  - {address: -1, length: 1}", 2, 15, "expected 0 to 18446744073709551615")]
    [InlineData("entries:\n  - {address: 0x1000, length: 1, more: 1}", 2, 34, "unknown key 'more'")]
    [InlineData("entries:\n  - {address: 0x1000, offset: 1, length: 1}", 2, 31, "expected 0, where the address lies in its page")]
    [InlineData("stages:\n  - {iommu: mmu, first: 2, last: 1}\nsegments:\n  - {address: 0, length: 1}", 2, 34, "expected 2 to 18446744073709551615")]
    [InlineData("entry_count: 2\nentries:\n  - {address: 0x1000, length: 1}", 1, 14, "as many as are listed, 1")]
    [InlineData("limit: 2\nentries:\n  - {address: 0x1000, length: 1}", 1, 1, "unknown key 'limit'")]
    public void What_is_no_scatterlist_is_refused_with_its_place(string text, int line, int column, string saying)
    {
        var refused = Assert.Throws<FileFormatException>(() => Parse(text));

        Assert.Contains(saying, refused.Message, StringComparison.Ordinal);
        Assert.Equal((line, column), (refused.Line, refused.Column));
    }

    [Fact]
    public void Lists_that_are_broken_are_read_as_they_stand()
    {
        var list = Assert.Single(Parse(
            "segments:\n  - {address: 0x380000000000, length: 0}\n  - {address: 0, length: 8GiB}\n  - {address: 0xfffffffffffff000, length: 4097}"));

        Assert.Equal([new(0x380000000000, 0), new(0, 8UL << 30), new(0xfffffffffffff000, 4097)], list.Segments);
    }

    [Fact]
    public void A_text_cut_or_changed_anywhere_is_read_or_refused()
    {
        for (var length = 0; length < Yaml.Length; length++)
        {
            ReadsOrRefuses(Yaml[..length]);
        }

        var anyPiece = Gen.OneOf(Any.Of("16EiB", "0", "18446744073709551615", "[", "{", "\n", "\t", "- ", ": ", "null", "0x", "99999999999999999999", "entries", "steps:", "\0"), Gen.String[0, 3]);
        Gen.Select(Gen.Double[0, 1], Gen.Int[0, 20], anyPiece).Array[1, 4].Sample(
            changes => ReadsOrRefuses(changes.Aggregate(Yaml, (text, change) =>
            {
                var start = (int)(change.Item1 * text.Length);
                return $"{text[..start]}{change.Item3}{text[Math.Min(text.Length, start + change.Item2)..]}";
            })),
            iter: 2000);
    }

    private static ImmutableArray<GivenScatterlist> Parse(string text) => ScatterlistFile.Parse(text, "list");

    private static void ReadsOrRefuses(string text)
    {
        try
        {
            var device = SmallBoard.Definition.Devices[0];
            Assert.NotEmpty(AuditReport.Of(SmallBoard.Definition, device, default, Parse(text)).Lists);
        }
        catch (FileFormatException refused)
        {
            Assert.True(refused.Line > 0 && refused.Column > 0);
            Assert.Contains("; expected ", refused.Message, StringComparison.Ordinal);
        }
    }
}
