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
