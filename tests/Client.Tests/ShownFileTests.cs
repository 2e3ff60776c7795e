using System.Text.Json;
using DmaGrains.Client.Live;
using DmaGrains.Kernel.Catalogue;
using DmaGrains.Model.Policies;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Client.Tests;

/// <summary>What <c>list</c> shows, and <c>show</c> prints to copy.</summary>
public class ShownFileTests
{
    public static TheoryData<string> Scenarios => [.. ShippedFiles.Scenarios];

    public static TheoryData<string> Boards => [.. ShippedFiles.Boards];

    public static TheoryData<string> Drivers => [.. DriverCatalogue.All.Select(driver => driver.Name)];

    public static TheoryData<string> Policies => [.. NamedPolicies.All.Select(policy => policy.Name)];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Copy_of_a_scenario_is_the_same_wherever_it_lies(string name)
    {
        using var copy = new TemporaryFile((await ShowAsync(name, "scenario")).Output);

        var copied = ScenarioFile.Read(copy.Path);

        var shipped = ShippedFiles.ReadScenario(name);
        Assert.Equal(ScenarioText.Of(shipped, "/tmp/x.yaml"), ScenarioText.Of(copied, "/tmp/x.yaml"));
    }

    [Theory]
    [MemberData(nameof(Boards))]
    public async Task Copy_of_a_board_is_the_same(string name) =>
        Assert.Equivalent(ShippedFiles.ReadBoard(name), BoardFile.Parse((await ShowAsync(name, "board")).Output, "copy"));

    [Theory]
    [MemberData(nameof(Policies))]
    public async Task Copy_of_a_policy_is_the_same(string name)
    {
        var scenario = (await ShowAsync("gpu-and-display", "scenario")).Output;

        var copied = ScenarioFile.Parse(scenario + (await ShowAsync(name, "policy")).Output, "copy");

        Assert.Equal(NamedPolicies.Find(name), copied.Buffers[0].Policy);
    }

    /// <summary>What is for reading is comments of at most 80 columns; what is for pasting is a device of a board.</summary>
    [Theory]
    [MemberData(nameof(Drivers))]
    public async Task Driver_is_a_device_to_paste_and_comments_that_fit_a_terminal(string name)
    {
        var text = (await ShowAsync(name, "driver")).Output;

        Assert.All(text.Split('\n').Where(line => line.StartsWith('#')), line => Assert.InRange(line.Length, 2, 80));
        if (DriverCatalogue.Named(name)!.IsOfIommus)
        {
            return;
        }

        const string board = "name: b\ntitle: b\nmemory:\n  - name: ram\n    kind: system\n    start: 0x0\n    size: 1GiB\n    source: here\ndevices:\n";
        Assert.Equal(name, Assert.Single(BoardFile.Parse(board + text, "copy").Devices).Name);
    }

    [Fact]
    public async Task Driver_is_shown_with_its_needs_formats_and_ids()
    {
        var vpu = (await ShowAsync("cedrus", "driver")).Output;
        var npu = (await ShowAsync("ivpu", "driver")).Output;

        Assert.Contains("# makes its own so: stride_multiple 32 for NV12_32L32\n#   drivers/staging/media/sunxi/cedrus/cedrus_video.c:129:\n#     bytesperline = ALIGN(width, 32)\n", vpu, StringComparison.Ordinal);
        Assert.Contains("# formats: MPEG2_SLICE H264_SLICE HEVC_SLICE VP8_FRAME NV12 NV12_32L32\n", vpu, StringComparison.Ordinal);
        Assert.Contains("# pci: 8086:643e 7d1d ad1d b03e\n", npu, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Driver_as_JSON_has_its_fields()
    {
        var driver = (await Answer.OfAsync("show", "i915", "--json")).Good().Json().GetProperty("driver");

        Assert.Equal("gpu", driver.GetProperty("class").GetString());
        Assert.Equal("scattered", driver.GetProperty("memory").GetString());
        Assert.Equal(("8086", "03"), (driver.GetProperty("pci")[0].GetProperty("vendor").GetString(), driver.GetProperty("pci")[0].GetProperty("class").GetString()));
        Assert.Equal(64, driver.GetProperty("needs")[0].GetProperty("value").GetInt32());
        Assert.Contains("XRGB8888", driver.GetProperty("formats")[0].GetProperty("names").EnumerateArray().Select(format => format.GetString()));
        Assert.Equal(JsonValueKind.Null, (await Answer.OfAsync("show", "migrate", "--json")).Good().Json().GetProperty("driver").ValueKind);
    }

    [Theory]
    [InlineData("board")]
    [InlineData("experiment")]
    [InlineData("scenario")]
    public async Task Schema_of_files_is_shown(string name)
    {
        using var schema = JsonDocument.Parse((await ShowAsync(name, "schema")).Output);

        Assert.Equal($"DmaGrains {name}", schema.RootElement.GetProperty("title").GetString());
    }

    [Theory]
    [InlineData("scenarios", "gpu-and-display", "GPU and display attach")]
    [InlineData("boards", "rk3399", "Rockchip RK3399, 4 GiB")]
    [InlineData("policies", "migrate", "Moves the storage")]
    [InlineData("schemas", "experiment", "A long run with a question")]
    [InlineData("drivers", "etnaviv", "Vivante GPU")]
    public async Task List_has_each_with_what_it_shows(string what, string name, string shows)
    {
        var text = (await Answer.OfAsync("list", what)).Good().Output;
        var entries = (await Answer.OfAsync("list", what, "--json")).Good().Json().EnumerateArray().ToList();

        Assert.Matches($"(?m)^{name} +{shows}", text);
        Assert.Contains(entries, entry => entry.GetProperty("name").GetString() == name
            && entry.GetProperty("shows").GetString()!.StartsWith(shows, StringComparison.Ordinal));
        Assert.Equal(entries.Count + 1, text.TrimEnd().Split('\n').Length);
    }

    [Fact]
    public async Task Name_of_several_kinds_is_the_first_of_them_and_the_others_are_told()
    {
        var answer = await Answer.OfAsync("show", "resplit");

        Assert.StartsWith("name: resplit\n", answer.Output, StringComparison.Ordinal);
        Assert.Equal("dmagrains: this is the scenario; there is a policy resplit, too: 'dmagrains show policy resplit' prints it.\n", answer.Error);
    }

    [Theory]
    [InlineData("gpu-and-dispaly", null, "did you mean gpu-and-display?")]
    [InlineData("rk3399", "scenario", "There is no scenario 'rk3399'")]
    [InlineData("etnaviv", "drivers", "'drivers' 'etnaviv': did you mean driver? Expected one name, or before it scenario, board, policy, driver or schema")]
    [InlineData("etnavif", "driver", "There is no driver 'etnavif': did you mean etnaviv?")]
    [InlineData("../boards/rk3399", null, "a name that 'dmagrains list' shows")]
    public async Task Unknown_name_is_refused(string name, string? kind, string saying) =>
        (await Answer.OfAsync(["show", .. kind is null ? [] : (string[])[kind], name])).Unusable(saying);

    private static async Task<Answer> ShowAsync(string name, string kind) => (await Answer.OfAsync("show", kind, name)).Good();
}
