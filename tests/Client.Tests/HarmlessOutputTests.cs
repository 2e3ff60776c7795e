using CsCheck;
using DmaGrains.Analysis.Drawing;
using DmaGrains.Client.Output;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;

namespace DmaGrains.Client.Tests;

/// <summary>Whatever files and callers say: no control or direction character leaves but the ends of lines, and tabs.</summary>
public sealed class HarmlessOutputTests
{
    private static readonly Gen<string> _hostile = Gen.OneOf(
        Gen.Char['\0', '\u00ff'],
        Gen.Char['\u2000', '\u206f'],
        Gen.OneOf([.. "\u001b\u202e\u2066\u200f\ufeff\u061c\u2028\ud83da <[".Select(Gen.Const)]))
        .Array[1, 30].Select(characters => new string(characters));

    [Theory]
    [InlineData(40)]
    [InlineData(80)]
    [InlineData(200)]
    public void Screen_shows_any_text_without_harm(int columns) => _hostile.Sample(text =>
    {
        using var screen = new Screen(columns);
        WriteAll(Terminal.Of(screen), text);
        AssertHarmless(screen.ToString());
    }, iter: 100);

    [Fact]
    public void File_gets_any_text_without_harm() => _hostile.Sample(text =>
    {
        using var file = new StringWriter();
        WriteAll(Terminal.Of(file), text);
        AssertHarmless(file.ToString());
    });

    [Fact]
    public void Pictures_show_any_text_without_harm() => _hostile.Sample(text =>
    {
        var board = new BoardDefinition(
            "board", text, [new("ram", MemoryKind.System, new(0x100, 64))], [new Device("gpu", null)]);
        AssertHarmless(TopologyPicture.Draw(board));
        AssertHarmless(MemoryPicture.Draw(text, text, PhysicalMemory.Create(board.Memory).Value));
    }, iter: 50);

    [Theory]
    [InlineData("run")]
    [InlineData("compare")]
    [InlineData("explore")]
    [InlineData("advise")]
    [InlineData("board show")]
    [InlineData("conform")]
    [InlineData("import bufinfo")]
    [InlineData("buffer show")]
    public Task Commands_say_any_argument_without_harm(string command) => _hostile.SampleAsync(async text =>
    {
        var answer = await Answer.OfAsync([.. command.Split(' '), text.Replace('\0', '\u0001')]);
        AssertHarmless(answer.Output);
        AssertHarmless(answer.Error);
    }, iter: command == "buffer show" ? 2 : 20, threads: 1);

    private static void WriteAll(Terminal terminal, string text)
    {
        terminal.Line(text);
        terminal.Line(text, text, true, text);
        terminal.Text(text);
        terminal.Table([text, "title"], [[text, text], ["a", text]]);
        terminal.Json(new { text, texts = new[] { text } });
    }

    private static void AssertHarmless(string written) => Assert.All(
        written.EnumerateRunes(), rune => Assert.True(rune.Value is '\n' or '\t' || HarmlessText.Shows(rune), $"U+{rune.Value:x4}"));
}
