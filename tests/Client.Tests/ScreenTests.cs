using CsCheck;
using DmaGrains.Analysis.Comparing;
using DmaGrains.Client.Live;
using DmaGrains.Client.Output;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Policies;
using DmaGrains.Reports;
using DmaGrains.Scenarios.Running;

namespace DmaGrains.Client.Tests;

public class ScreenTests
{
    private static readonly Gen<string> _text = Gen.Char["ab1/ "].Array[0, 30].Select(letters => new string(letters).Trim());

    private static readonly Gen<(string[] Headings, string[][] Rows, int Columns)> _tables =
        from columns in Gen.Int[1, 10]
        from headings in Gen.Char["hij "].Array[1, 20].Select(letters => new string(letters).Trim()).Array[columns]
        from rows in _text.Array[columns].Array[0, 5]
        from width in Gen.Int[20, 130]
        select (headings, rows, width);

    public static TheoryData<string> Scenarios => [.. ShippedFiles.Scenarios];

    public static TheoryData<string> Boards => [.. ShippedFiles.Boards];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static IEnumerable<int> Widths => [40, 60, 80, 120];

    [Fact]
    public void Table_shows_every_word_of_every_cell_at_any_width() => _tables.Sample(table =>
    {
        using var screen = new Screen(table.Columns);
        Terminal.Of(screen).Table(table.Headings, table.Rows);
        var shown = screen.ToString();
        var words = Screen.WordsOf(shown).CountBy(word => word).ToDictionary();

        return table.Rows.SelectMany(row => row).SelectMany(Screen.WordsOf).CountBy(word => word)
                .All(word => words.GetValueOrDefault(word.Key) >= word.Value)
            && shown.Split('\n').All(line => line.Length <= table.Columns || line.Trim().Split(' ').Length == 1);
    });

    [Fact]
    public void Line_keeps_its_words_and_keeps_within_the_terminal() =>
        Gen.Select(_text, Gen.Int[0, 12], Gen.Int[10, 60]).Sample((text, depth, columns) =>
        {
            var line = new string(' ', depth) + text;
            var shown = WrappedLine.Lines(line, columns).ToList();

            return Screen.WordsOf(line).SequenceEqual(shown.SelectMany(Screen.WordsOf))
                && shown.All(part => part.Length <= columns || part.Trim().Split(' ').Length == 1);
        });

    [Theory]
    [InlineData("   2  gpu  attach frame (v3d)  ok  any count, any size", "   2  gpu  attach frame (v3d)  ok|     any count, any size")]
    [InlineData("attach a/frame: EBUSY  frame is mapped already", "attach a/frame: EBUSY|  frame is mapped already")]
    [InlineData("step 4: EBUSY  frame already has storage that vc4 cannot use", "step 4: EBUSY  frame already has|  storage that vc4 cannot use")]
    public void Line_in_columns_is_broken_between_them_where_both_parts_fit(string line, string shown) =>
        Assert.Equal(shown.Split('|'), WrappedLine.Lines(line, 33));

    [Fact]
    public void Line_that_fits_is_left_as_it_is() => Gen.Select(_text, Gen.Int[0, 12]).Sample((text, depth) =>
    {
        var line = new string(' ', depth) + text;
        return WrappedLine.Lines(line, line.Length) is var lines && lines.Single() == line;
    });

    [Theory]
    [MemberData(nameof(Boards))]
    public void Board_is_whole_at_any_width(string board)
    {
        var definition = ShippedFiles.ReadBoard(board);

        Whole(BoardReport.Of(definition, PhysicalMemory.Create(definition.Memory).Value.Describe()), BoardText.Write);
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Run_is_whole_at_any_width(string scenario)
    {
        var played = ShippedFiles.ReadScenario(scenario);

        Whole(await ScenarioRunner.PlayAsync(played, ModelEngine.Create(played.Board).Value, Cancellation), RunText.Write);
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Comparison_is_whole_at_any_width(string scenario)
    {
        var played = ShippedFiles.ReadScenario(scenario);

        Whole(
            await PolicyComparison.PlayWithWrittenAsync(
                played, NamedPolicies.All, fresh => Task.FromResult<IEngine>(ModelEngine.Create(fresh.Board).Value), Cancellation),
            ComparisonText.Write);
    }

    [Theory]
    [MemberData(nameof(Boards))]
    public Task Advice_is_whole_at_any_width(string board)
    {
        var devices = ShippedFiles.ReadBoard(board).Devices.Take(2).Select(device => device.Name);
        return WholeAsync("advise", board, "--devices", string.Join(',', devices), "--size", "1920x1080x4");
    }

    [Theory]
    [InlineData("board", "list")]
    [InlineData("list", "policies")]
    [InlineData("list", "scenarios")]
    [InlineData("device", "list", "figures")]
    [InlineData("device", "show", "raspberry-pi-4", "vc4")]
    [InlineData("device", "show", "raspberry-pi-4", "vc5")]
    [InlineData("explore", "gpu-maps-first", "--policy", "all")]
    [InlineData("buffer", "describe", "rk3399/none")]
    public Task Answer_is_whole_at_any_width(params string[] args) => WholeAsync(args);

    [Fact]
    public async Task Import_is_whole_at_any_width()
    {
        using var file = new TemporaryFile(ImportCommandTests.Text, ".txt");

        await WholeAsync("import", "bufinfo", file.Path, "--board", "raspberry-pi-4", "--device", "fe00.vc4=vc4");
    }

    private static void Whole<T>(T report, Action<Terminal, T> write)
    {
        using var piped = new StringWriter();
        write(Terminal.Of(piped), report);
        foreach (var columns in Widths)
        {
            using var screen = new Screen(columns);
            write(Terminal.Of(screen), report);
            Screen.AssertWhole(columns, piped.ToString(), screen.ToString());
        }
    }

    private static async Task WholeAsync(params string[] args)
    {
        var piped = await Answer.OfAsync(args);
        Assert.NotEmpty(piped.Output);
        foreach (var columns in Widths)
        {
            Screen.AssertWhole(columns, piped.Output, await Screen.ShowsAsync(columns, args));
        }
    }
}
