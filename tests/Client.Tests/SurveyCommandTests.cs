namespace DmaGrains.Client.Tests;

public sealed class SurveyCommandTests
{
    [Fact]
    public async Task A_folder_that_is_not_there_or_has_no_trees_is_refused()
    {
        using var folder = new TemporaryFolder();

        (await Answer.OfAsync("survey", Path.Combine(folder.Path, "no-such"))).Unusable("expected one with device trees");
        (await Answer.OfAsync("survey", folder.Path)).Unusable("expected files *.dtb");
        (await Answer.OfAsync("survey", folder.Path, "--size", "0")).Unusable("--size");
    }

    [Fact]
    public async Task A_file_that_is_no_tree_is_named_and_the_others_are_surveyed()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "broken.dtb"), "no device tree at all", TestContext.Current.CancellationToken);

        var answer = (await Answer.OfAsync("survey", folder.Path)).Good();
        var report = (await Answer.OfAsync("survey", folder.Path, "--json")).Good().Json();

        Assert.Contains("no board: broken.dtb: byte ", answer.Output, StringComparison.Ordinal);
        Assert.Equal("broken.dtb", report.GetProperty("unreadable")[0].GetProperty("file").GetString());
        Assert.Equal(0, report.GetProperty("boards").GetArrayLength());
    }

    /// <summary>What is known of two boards in the field: the display of a Raspberry Pi 4 exports; behind an IOMMU, as on an RK3399, either does.</summary>
    [Theory]
    [InlineData("bcm2711-rpi-4-b.dtb", "second")]
    [InlineData("rk3399-rock-pi-4b.dtb", "either")]
    public async Task Boards_known_in_the_field_are_answered_as_known(string tree, string expected)
    {
        var trees = Environment.GetEnvironmentVariable("DEVICE_TREES");
        var found = trees is not null && Directory.Exists(trees) ? Directory.GetFiles(trees, tree, SearchOption.AllDirectories) : [];
        Assert.SkipUnless(found.Length > 0, $"DEVICE_TREES names no folder with {tree}: tests/device-trees fetch FOLDER fills one");
        using var folder = new TemporaryFolder();
        File.Copy(found[0], Path.Combine(folder.Path, tree));

        var board = (await Answer.OfAsync("survey", folder.Path, "--json")).Good().Json().GetProperty("boards")[0];

        Assert.Equal(expected, board.GetProperty("gpu_and_display").GetProperty("answer").GetString());
        Assert.True(board.GetProperty("assumed_memory").GetBoolean());
    }
}
