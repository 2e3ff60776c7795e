using System.Globalization;
using CsCheck;
using DmaGrains.Client.Live;
using DmaGrains.Model.Policies;

namespace DmaGrains.Client.Tests.Completing;

/// <summary>What a shell gets when it asks what may stand in a line.</summary>
public sealed class SuggestionTests(SiloProcess silo) : IClassFixture<SiloProcess>
{
    [Theory]
    [InlineData("bu", "buffer")]
    [InlineData("buffer ma", "map map-raw")]
    [InlineData("run gpu", "gpu-and-display gpu-maps-first")]
    [InlineData("run gpu-and-display --st", "--strict")]
    [InlineData("run gpu-and-display --policy trans", "translated")]
    [InlineData("show poli", "policy")]
    [InlineData("show etna", "etnaviv")]
    [InlineData("show schema b", "board")]
    [InlineData("show raspberry-pi-4-", "raspberry-pi-4-aged")]
    [InlineData("device show raspberry-pi-4/v", "raspberry-pi-4/v3d raspberry-pi-4/vc4")]
    [InlineData("buffer attach raspberry-pi-4/frame v", "v3d vc4")]
    [InlineData("man buffer ma", "map map-raw")]
    [InlineData("completion install z", "zsh")]
    [InlineData("silo --he", "--health-port --help")]
    [InlineData("run no-such", "")]
    [InlineData("no such command ", "")]
    [InlineData("check README", "")]
    public async Task Words_that_begin_as_typed_are_told(string line, string words) =>
        Assert.Equal(words.Split(' ', StringSplitOptions.RemoveEmptyEntries), Names(await AskAsync(line)));

    [Fact]
    public async Task Every_scenario_board_and_policy_is_told()
    {
        Assert.Equal(ShippedFiles.Scenarios, Names(await AskAsync("run ")).Where(word => !word.StartsWith('-')));
        Assert.Equal(ShippedFiles.Boards, Names(await AskAsync("advise ")));
        Assert.Equal(
            NamedPolicies.All.Select(named => named.Name).Order(StringComparer.Ordinal), Names(await AskAsync("run gpu-and-display --policy ")));
    }

    [Fact]
    public async Task Command_comes_with_its_first_sentence() =>
        Assert.Contains("show\tPrints a scenario, a board, a policy, a driver (as a device of a board file) or a schema that comes with the program, to copy and change", await AskAsync("sh"));

    [Fact]
    public async Task What_follows_the_position_is_not_read() => Assert.Equal(
        ["gpu-and-display", "gpu-maps-first"], Names(Lines(await Answer.OfAsync("[suggest:7]", "run gpu --no-such-option"))));

    [Theory]
    [InlineData("[suggest:1000000]", "bu")]
    [InlineData("[suggest:]", "bu")]
    [InlineData("[suggest:-1]", "bu")]
    [InlineData("[suggest:x]", "bu")]
    public async Task Position_outside_of_the_line_is_its_end(string asked, string line) =>
        Assert.Equal(["buffer"], Names(Lines(await Answer.OfAsync(asked, line))));

    [Fact]
    public async Task Names_of_a_silo_are_told_where_the_line_has_its_gateway()
    {
        await CarryOutAsync("board define", BoardFile);
        await CarryOutAsync("buffer export raspberry-pi-4/tabbed --size 4096");
        await CarryOutAsync("buffer attach raspberry-pi-4/tabbed vc4 --as display");
        await CarryOutAsync("buffer map raspberry-pi-4/tabbed display --as scanout");

        Assert.Equal(["raspberry-pi-4/tabbed"], Names(await AskSiloAsync("buffer describe", "raspberry-pi-4/tab")));
        Assert.Equal(["display"], Names(await AskSiloAsync("buffer map", "raspberry-pi-4/tabbed d")));
        Assert.Equal(["scanout"], Names(await AskSiloAsync("buffer unmap", "raspberry-pi-4/tabbed s")));
        Assert.Empty(Names(await AskSiloAsync("buffer unmap", "raspberry-pi-4/no-such s")));
    }

    [Fact]
    public async Task Names_of_a_file_are_told_where_the_line_has_it()
    {
        using var folder = new TemporaryFolder();
        var data = Path.Combine(folder.Path, "state.db");
        (await ProgramProcess.ClientAsync("buffer", "export", "rk3399/kept", "--size", "4096", "--data", data)).Good();

        Assert.Equal(["rk3399/kept"], Names(await AskAsync($"buffer describe --data {data} rk")));
        Assert.Empty(Names(await AskAsync($"buffer describe --data {data}x rk")));
        Assert.False(File.Exists($"{data}x"));
    }

    [Fact]
    public async Task Nobody_at_the_gateway_means_no_names()
    {
        var (free, _) = SiloProcess.FreePorts();

        Assert.Empty(Names(await AskAsync($"buffer describe --gateway 127.0.0.1:{free} r")));
        Assert.Empty(Names(await AskAsync("buffer describe --gateway nonsense r")));
    }

    [Fact]
    public async Task Any_line_is_answered_well_in_lines_that_move_no_cursor() =>
        await Gen.String[Gen.Frequency((9, Gen.Char[' ', '~']), (1, Gen.OneOf('\u001b', '\n', '\t', '"', 'ä'))), 0, 30].SampleAsync(
            async line =>
            {
                var answer = await Answer.OfAsync($"[suggest:{line.Length}]", line);
                Assert.Equal(0, answer.Code);
                Assert.DoesNotContain(answer.Output, letter => char.IsControl(letter) && letter is not ('\n' or '\t'));
            },
            iter: 100);

    private static string BoardFile => Path.Combine(AppContext.BaseDirectory, "boards", "raspberry-pi-4.yaml");

    private async Task CarryOutAsync(string line, params string[] further) =>
        (await ProgramProcess.ClientAsync([.. silo.ArgumentsOf(line), .. further])).Good();

    private Task<string[]> AskSiloAsync(string command, string words) => AskAsync($"{command} --gateway 127.0.0.1:{silo.GatewayPort} {words}");

    private static async Task<string[]> AskAsync(string line) =>
        Lines(await Answer.OfAsync(string.Create(CultureInfo.InvariantCulture, $"[suggest:{line.Length}]"), line));

    private static string[] Lines(Answer answer) => answer.Good().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static IEnumerable<string> Names(IEnumerable<string> lines) => lines.Select(line => line.Split('\t')[0]);
}
