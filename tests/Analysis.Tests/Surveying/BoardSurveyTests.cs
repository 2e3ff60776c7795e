using DmaGrains.Analysis.Surveying;
using DmaGrains.Scenarios.Files;
using DmaGrains.Tests.Shared;

namespace DmaGrains.Analysis.Tests.Surveying;

/// <summary>Who should export: what is known of boards in the field.</summary>
public sealed class BoardSurveyTests
{
    private const ulong FrameBytes = 1920 * 1080 * 4;

    [Theory]
    [InlineData("raspberry-pi-4", "v3d", "vc4", SurveyAnswer.Second)]
    [InlineData("imx6", "etnaviv", "ipu", SurveyAnswer.Second)]
    [InlineData("rk3399", "panfrost", "vop", SurveyAnswer.Either)]
    public void Displays_without_an_IOMMU_export_to_GPUs(string board, string gpu, string display, SurveyAnswer answer)
    {
        var pairs = BoardSurvey.Of(BoardFile.Read(ShippedFiles.Board(board)), new Dictionary<string, string> { [gpu] = "gpu", [display] = "display" }, FrameBytes);

        Assert.Equal((gpu, display, answer), (pairs[0]!.First, pairs[0]!.Second, pairs[0]!.Answer));
        Assert.NotEmpty(pairs[0]!.Reason);
        Assert.Null(pairs[1]);
        Assert.Null(pairs[2]);
    }

    [Theory]
    [InlineData("", SurveyAnswer.Nobody, SurveyAnswer.First)]
    [InlineData("max_segment_size: 4294967295", SurveyAnswer.First, null)]
    [InlineData("max_segment_size: 65536", SurveyAnswer.Nobody, null)]
    public void An_answer_that_hangs_on_a_segment_size_that_no_driver_stated_says_what_it_would_be_without(string display, SurveyAnswer answer, SurveyAnswer? otherwise)
    {
        var board = BoardFile.Parse(
            $"""
            name: b
            title: b
            memory:
              - {"{"}name: ram, kind: system, start: 0x0, size: 1GiB, source: here{"}"}
              - {"{"}name: cma, kind: contiguous, start: 0x40000000, size: 64MiB, source: here{"}"}
            devices:
              - name: camera
                driver: c
                contiguous: true
                sources: {"{"}contiguous: here{"}"}
              - name: display
                driver: d
                {display}
                sources: {"{"}{(display.Length == 0 ? string.Empty : "max_segment_size: here")}{"}"}
            """,
            "b");

        var pair = BoardSurvey.Of(board, new Dictionary<string, string> { ["camera"] = "camera", ["display"] = "display" }, FrameBytes)[1];

        Assert.Equal((answer, otherwise), (pair!.Answer, pair.WithoutAssumedSegmentSize));
    }

    [Fact]
    public void Of_several_devices_of_a_class_one_behind_an_IOMMU_counts()
    {
        // panfrost comes first, and has page tables of its own, but no IOMMU of the board.
        var pairs = BoardSurvey.Of(
            BoardFile.Read(ShippedFiles.Board("rk3399")),
            new Dictionary<string, string> { ["panfrost"] = "display", ["vop"] = "display", ["rga"] = "gpu" },
            FrameBytes);

        Assert.Equal("vop", pairs[0]!.Second);
    }
}
