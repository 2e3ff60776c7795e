using System.Text.Json;

namespace DmaGrains.Client.Tests;

public class AdviseCommandTests
{
    private static readonly string[] _reportFields =
    [
        "board", "devices", "size_bytes", "lines", "exporter", "candidates", "as_good", "conflicts", "fixes", "reason",
    ];

    private static readonly string[] _candidateFields =
    [
        "exporter", "allocates", "memory", "policy", "verdict", "refused", "hazards", "regions", "storage", "contiguous_bytes", "costs", "segments",
        "orders",
    ];

    private static readonly string[] _fixFields = ["changes", "exporter", "allocates", "memory", "policy"];

    [Fact]
    public async Task Json_has_the_documented_fields()
    {
        var answer = await Answer.OfAsync(
            "advise", "raspberry-pi-4", "--devices", "vc4,sdhci", "--size", "1920x1080x4", "--stride", "8192", "--json");

        Assert.Equal(1, answer.Code);
        var report = answer.Json();
        Assert.Equal(_reportFields, NamesIn(report));
        Assert.All(report.GetProperty("candidates").EnumerateArray(), candidate => Assert.Equal(_candidateFields, NamesIn(candidate)));
        Assert.NotEmpty(report.GetProperty("fixes").EnumerateArray());
        Assert.All(report.GetProperty("fixes").EnumerateArray(), fix => Assert.Equal(_fixFields, NamesIn(fix)));
        Assert.Equal(8192 * 1080, report.GetProperty("size_bytes").GetInt32());
        Assert.Equal(7680, report.GetProperty("lines").GetProperty("bytes_per_line").GetInt32());
        Assert.Equal("for_itself", report.GetProperty("candidates")[0].GetProperty("allocates").GetString());
    }

    [Fact]
    public async Task Text_has_a_row_for_each_way_and_ends_with_what_to_choose()
    {
        var text = (await Answer.OfAsync("advise", "raspberry-pi-4", "--devices", "v3d,vc4", "--size", "1920x1080x4")).Good().Output;

        Assert.DoesNotContain('\u001b', text);
        Assert.Matches("(?m)^vc4, for itself +cma +works +8294400 +0 +0 +1/1 +2 +all$", text);
        Assert.Matches("(?m)^v3d, for itself +dma32 +vc4 EBUSY +0 +0 +0 +1/1 +10 +0 of 1$", text);
        Assert.Contains("\n  vc4 attach: EBUSY  frame already has storage that vc4 cannot use: vc4 takes at most 1 segment; the list has 10.\n", text, StringComparison.Ordinal);
        Assert.Contains("\n  All orders work once vc4 has attached, before the first map.\n", text, StringComparison.Ordinal);
        Assert.EndsWith("\nchoose vc4, for itself. The importers may come in any order. The next 2 rows are as good.\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_names_a_silent_bounce()
    {
        var text = (await Answer.OfAsync(
            "advise", "raspberry-pi-4-aged", "--devices", "v3d,bcm2835-dma", "--size", "1920x1080x4", "--pin", "v3d")).Good().Output;

        Assert.Matches(@"(?m)^v3d, for itself +dma32 +works wrongly +0 +8294400 \(2025\)", text);
        Assert.Contains("\n  hazard, bounced: bcm2835-dma reaches memory through 0x0-0x3fffffff (bus 0xc0000000) and was given a copy of 2025 pieces", text, StringComparison.Ordinal);
        Assert.Contains("\n  hazard, bounced, when v3d maps first: bcm2835-dma reaches memory through 0x0-0x3fffffff (bus 0xc0000000) and was given a copy of 2025 pieces", text, StringComparison.Ordinal);
        Assert.Contains("\n  All orders work once bcm2835-dma has attached, before the first map.\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("v3d,vc4", 0, "vc4, for itself: works.", "frame: 7.9 MiB in 1 run of pages, from cma")]
    [InlineData("vc4,sdhci", 1, "sdhci, for itself: vc4 EINVAL.", "frame: 7.9 MiB in 10 runs of pages, from dma")]
    public async Task Picture_shows_where_the_first_row_allocates(string devices, int code, string way, string pages)
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "placement.svg");

        var answer = await Answer.OfAsync("advise", "raspberry-pi-4", "--devices", devices, "--size", "1920x1080x4", "--svg", file);

        Assert.Equal(code, answer.Code);
        var picture = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.Contains(way, picture, StringComparison.Ordinal);
        Assert.Contains(pages, picture, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_nothing_works_the_text_ends_with_conflicts_and_fixes()
    {
        var answer = await Answer.OfAsync("advise", "raspberry-pi-4", "--devices", "vc4,sdhci", "--size", "1920x1080x4");

        Assert.Equal(1, answer.Code);
        Assert.Contains(
            "\nNothing works. 1 set of importers stands in the way.\n  conflict: vc4, sdhci\n  fix: let the exporter build a list for each importer; then vc4, for itself, works\n",
            answer.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no-such-board", "vc4", "4096", null, null, "There is no board 'no-such-board'")]
    [InlineData("raspberry-pi-4", "vc4,hdmi", "4096", null, null, "--devices 'hdmi': raspberry-pi-4 has no such device; expected v3d, vc4")]
    [InlineData("raspberry-pi-4", "vc4,", "4096", null, null, "--devices ''")]
    [InlineData("raspberry-pi-4", "vc4,vc4", "4096", null, null, "--devices names vc4 twice")]
    [InlineData("raspberry-pi-4", "vc4", "0", null, null, "--size '0' is not a size")]
    [InlineData("raspberry-pi-4", "vc4", "wide", null, null, "--size 'wide' is not a size")]
    [InlineData("raspberry-pi-4", "vc4", "4096", "4096", null, "--stride needs a frame")]
    [InlineData("raspberry-pi-4", "vc4", "1920x1080x4", "4096", null, "--stride 4096: expected 7680 or more")]
    [InlineData("raspberry-pi-4", "vc4", "4096", null, "gpu", "--pin 'gpu': raspberry-pi-4 has no such device")]
    public async Task What_cannot_be_asked_is_told_in_one_line(
        string board, string devices, string size, string? stride, string? pin, string saying)
    {
        string[] args =
        [
            "advise", board, "--devices", devices, "--size", size,
            .. stride is null ? [] : (string[])["--stride", stride],
            .. pin is null ? [] : (string[])["--pin", pin],
        ];

        (await Answer.OfAsync(args)).Unusable(saying);
    }

    private static IEnumerable<string> NamesIn(JsonElement element) => element.EnumerateObject().Select(field => field.Name);
}
