using System.Text;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Translation;
using DmaGrains.Scenarios.Files;
using DmaGrains.Tests.Shared;

namespace DmaGrains.Scenarios.Tests.Files;

public class HostileFilesTests
{
    private const int Most = 1 << 20;

    private const string TooDeep = "lists and mappings are nested more than 16 deep; expected fewer levels";

    private const string Head = "name: a\nshows: b\nboard: raspberry-pi-4\n";

    [Theory]
    [InlineData("[", $"1:17: {TooDeep}")]
    [InlineData("{a: ", $"1:65: {TooDeep}")]
    [InlineData("- ", $"1:33: {TooDeep}")]
    [InlineData("? ", $"1:33: {TooDeep}")]
    [InlineData("[? ", $"1:25: {TooDeep}")]
    [InlineData("]", "1:1: malformed YAML")]
    [InlineData("'a': ", "malformed YAML")]
    [InlineData("a:\n- ", "1:1: the file has the unknown key 'a'; expected name,")]
    [InlineData("[a]: ", "1:1: a key of the file is a list; expected text")]
    [InlineData("-\n ", "1:1: the file is a list; expected a mapping")]
    [InlineData("a", "1:1: the file is text 'aaaaaaaaaa")]
    [InlineData("*a ", "1:1: there is an anchor or alias; expected the value itself")]
    [InlineData("&a ", "1:6: malformed YAML")]
    [InlineData("!a ", "1:1: there is a tag; expected the value alone")]
    [InlineData("%TAG ! x\n", "2:1: malformed YAML")]
    [InlineData("---\n", "2:1: a second document starts; expected one document")]
    [InlineData("#", "1:1: the file is empty; expected a mapping")]
    [InlineData("\n", "1:1: the file is empty; expected a mapping")]
    [InlineData("\0", "1:1: there is a control character; expected text")]
    [InlineData("\u001b[2J", "1:1: there is a control character; expected text")]
    public void Read_refuses_a_file_full_of_one_token(string token, string expected)
    {
        var message = Refused(string.Concat(Enumerable.Repeat(token, Most / token.Length)));

        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Contains("; expected ", message, StringComparison.Ordinal);
        Assert.InRange(message.Length, 1, 600);
    }

    [Theory]
    [InlineData(16, "board is a list; expected one line of text")]
    [InlineData(17, TooDeep)]
    public void Files_are_read_16_levels_deep_and_no_deeper(int depth, string expected)
    {
        var lists = depth - 1;

        var message = Refused($"name: a\nshows: b\nboard: {new string('[', lists)}{new string(']', lists)}");

        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_refuses_more_than_1_MiB_before_it_parses() =>
        Assert.EndsWith(
            ":1:1: the file is too long; expected at most 1 MiB",
            Refused(new string('[', 10_000_000)),
            StringComparison.Ordinal);

    [Fact]
    public void Read_refuses_bytes_that_are_no_UTF8()
    {
        using var file = new TemporaryFile([.. "name: a\nshows: "u8, 0xc3, 0x28]);

        var exception = Assert.Throws<FileFormatException>(() => ScenarioFile.Read(file.Path));

        Assert.Equal($"{file.Path}:2:8: bytes that are not UTF-8; expected UTF-8 text", exception.Message);
        Assert.Equal((2, 8), (exception.Line, exception.Column));
    }

    [Fact]
    public void Read_takes_a_byte_order_mark_and_carriage_returns()
    {
        var board = File.ReadAllText(ShippedFiles.Board("juno")).ReplaceLineEndings("\r\n");
        using var file = new TemporaryFile([.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(board)]);

        Assert.Equal("juno", BoardFile.Read(file.Path).Name);
    }

    [Theory]
    [InlineData("/nowhere/at-all.yaml", "there is no such file")]
    [InlineData("/", "it is a folder")]
    [InlineData("a\0b", "no file can have that name")]
    [InlineData("", "no file can have that name")]
    public void Read_says_why_a_file_cannot_be_read(string path, string why)
    {
        var exception = Assert.Throws<FileFormatException>(() => BoardFile.Read(path));

        Assert.Contains($":1:1: the file cannot be read: {why}; ", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\0', exception.Message);
    }

    [Fact]
    public void Read_shows_80_characters_of_what_it_found() =>
        Assert.Contains(
            $":1:7: name is text '{string.Concat(Enumerable.Repeat(@"\u202e", 80))}…'; expected",
            Refused($"name: \"{string.Concat(Enumerable.Repeat("\\u202e", 200))}\""),
            StringComparison.Ordinal);

    [Fact]
    public void Read_takes_1000_buffers_and_no_more()
    {
        var text = $"{Head}importers: [{{name: x, steps: [release b0]}}]\nbuffers:\n"
            + Repeated(ScenarioFile.BuffersMax, index => $"  - {{name: b{index}, size: 1}}\n");

        Assert.Equal(1000, Read(text).Buffers.Length);
        Assert.EndsWith(
            ":6:3: buffers has 1001 entries; expected at most 1000",
            Refused($"{text}  - {{name: c, size: 1}}\n"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Read_takes_4096_importers_and_no_more()
    {
        var text = $"{Head}buffers: [{{name: b, size: 1}}]\nimporters:\n"
            + Repeated(ScenarioFile.ImportersMax, index => $"  - {{name: i{index}, steps: [release]}}\n");

        Assert.Equal(4096, Read(text).Importers.Length);
        Assert.EndsWith(
            ":6:3: importers has 4097 entries; expected at most 4096",
            Refused($"{text}  - {{name: x, steps: [release]}}\n"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Read_takes_100000_steps_of_all_importers_and_no_more()
    {
        var half = string.Join(',', Enumerable.Repeat("unmap", ScenarioFile.StepsMax / 2));
        var text = $"{Head}buffers: [{{name: b, size: 1}}]\nimporters:\n"
            + $"- {{name: x, device: v3d, steps: [{half}]}}\n- {{name: y, device: vc4, steps: [{half}]}}\n";

        Assert.Equal(100_000, Read(text).Order.Length);
        Assert.EndsWith(
            ":8:20: there are more than 100000 steps; expected fewer steps of all importers",
            Refused($"{text}- {{name: z, steps: [release]}}\n"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Read_takes_256_MMUs_and_no_more()
    {
        var text = BoardWith("iommus", Repeated(
            BoardDefinition.StagesMax, index => $"  - {{name: m{index}, first: 0, last: 0xffffffff, source: x}}\n"));

        Assert.Equal(256, ReadBoard(text).Stages.Length);
        Assert.EndsWith(
            ":6:3: iommus has 257 entries; expected at most 256",
            RefusedBoard($"{text}  - {{name: x, first: 0, last: 0xffff, source: x}}\n"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Read_takes_64_windows_of_an_MMU_and_no_more()
    {
        var windows = Repeated(IovaSpaceLayout.ReservedMax, index => $"      - {{start: {index * 4096}, size: 1}}\n");
        var text = BoardWith("iommus", $"  - name: m\n    first: 0\n    last: 0xffffffff\n    source: x\n    reserved:\n{windows}");

        Assert.Equal(64, ReadBoard(text).Stages[0].Layout.Reserved.Length);
        Assert.EndsWith(
            ":11:7: reserved has 65 entries; expected at most 64",
            RefusedBoard($"{text}      - {{start: 0, size: 1}}\n"),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("policy", "[")]
    [InlineData("reserved", "{start: 0, size: 0x")]
    [InlineData("contexts", "18446744073709551616")]
    [InlineData("first", "0xffffffffffffffffff")]
    public void Read_refuses_an_MMU_with_a_value_that_goes_on_and_on(string key, string value)
    {
        var endless = string.Concat(Enumerable.Repeat(value, 1000));

        var message = RefusedBoard(BoardWith("iommus", $"  - {{name: m, last: 0xffff, {key}: {endless}, source: x}}\n"));

        Assert.Contains("; expected ", message, StringComparison.Ordinal);
        Assert.InRange(message.Length, 1, 600);
    }

    [Fact]
    public void Read_takes_each_region_of_the_board_as_memory_and_no_more()
    {
        using var board = new TemporaryFile(EveryKey.Board);
        var many = string.Join(", ", Enumerable.Repeat("ram", 1000));

        var message = Refused(EveryKey.ScenarioOn(board.Path).With("[cma, ram]", $"[{many}]"));

        Assert.EndsWith(":9:40: memory has 1000 entries; expected at most 7", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_takes_each_option_of_a_map_and_no_more()
    {
        using var board = new TemporaryFile(EveryKey.Board);
        var many = string.Join(", ", Enumerable.Repeat("no-bounce", 1000));

        var message = Refused(EveryKey.ScenarioOn(board.Path).With("options: [no-bounce", $"options: [{many}, no-bounce"));

        Assert.EndsWith(":17:53: options has 1004 entries; expected at most 4", message, StringComparison.Ordinal);
    }

    /// <summary>A board with one list more.</summary>
    private static string BoardWith(string key, string entries) =>
        "name: a\ntitle: b\nmemory: [{name: ram, kind: system, start: 0, size: 4096, source: x}]\n"
        + $"devices: [{{name: d, driver: x, description: x}}]\n{key}:\n{entries}";

    private static string RefusedBoard(string text) => Assert.Throws<FileFormatException>(() => ReadBoard(text)).Message;

    private static BoardDefinition ReadBoard(string text)
    {
        using var file = new TemporaryFile(text);
        return BoardFile.Read(file.Path);
    }

    private static string Repeated(int count, Func<int, string> text) =>
        string.Concat(Enumerable.Range(0, count).Select(text));

    private static string Refused(string text) => Assert.Throws<FileFormatException>(() => Read(text)).Message;

    private static Scenario Read(string text)
    {
        using var file = new TemporaryFile(text);
        return ScenarioFile.Read(file.Path);
    }
}
