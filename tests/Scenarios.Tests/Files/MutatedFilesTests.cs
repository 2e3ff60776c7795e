using System.Text;
using CsCheck;
using DmaGrains.Model.Boards;
using DmaGrains.Scenarios.Files;
using DmaGrains.Tests.Shared;

namespace DmaGrains.Scenarios.Tests.Files;

public class MutatedFilesTests
{
    private static readonly string[] _tokens =
    [
        "[", "]", "{", "}", ":", ": ", ",", "- ", "? ", "&a ", "*a", "!t ", "|", ">", "%", "@", "`", "'", "\"", "#",
        " #", "\n", "\r", "\t", "  ", "---\n", "...\n", "~", "null", "true", "0", "-1", "1.5", "0x", "0xffffffffffffffff",
        "18446744073709551616", "KiB", "TiB", "x0", "<<: ", "\\u0000", "\0", "\u001b", "\u0085", "\u2028", "\ufeff",
        "é", "😀", "name", "size", "map", "to-device", "ok", "EINVAL",
        "vram", "memory", "options", "switch-context", "own-space", "lines", "iommu", "granule", "reserved", "driver",
    ];

    private static readonly Gen<(int Kind, double Where, int Length, byte[] Bytes)> _anyMutation = Gen.Select(
        Gen.Int[0, 3],
        Gen.Double[0, 1],
        Gen.Int[0, 40],
        Gen.OneOf(
            Gen.Int[0, _tokens.Length - 1].Select(index => Encoding.UTF8.GetBytes(_tokens[index])),
            Gen.Byte.Array[1, 3]));

    [Fact]
    public void Board_loads_and_can_exist_or_is_refused_whatever_was_changed() =>
        Sample("boards", path => Assert.True(Board.Create(BoardFile.Read(path)).IsGranted));

    [Fact]
    public void Scenario_loads_or_is_refused_whatever_was_changed() =>
        Sample("scenarios", path =>
        {
            var scenario = ScenarioFile.Read(path);
            Assert.Equal(scenario.Importers.Sum(importer => importer.Steps.Length), scenario.Order.Length);
        });

    private static void Sample(string folder, Action<string> load)
    {
        // The boards are named by their full paths, as the changed files lie elsewhere.
        var boards = Path.Combine(AppContext.BaseDirectory, "boards");
        using var board = new TemporaryFile(EveryKey.Board);
        var everyKey = folder == "boards" ? EveryKey.Board : EveryKey.ScenarioOn(board.Path);
        // The file with every key comes as often as all others together.
        var shipped = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, folder), "*.yaml")
            .Order(StringComparer.Ordinal)
            .Select(path => File.ReadAllText(path).Replace("../boards", boards, StringComparison.Ordinal))
            .ToList();
        var files = shipped.Concat(shipped.Select(_ => everyKey)).Select(Encoding.UTF8.GetBytes).ToArray();
        Gen.Select(Gen.Int[0, files.Length - 1], _anyMutation.Array[1, 4]).Sample(
            (index, mutations) =>
            {
                using var file = new TemporaryFile(mutations.Aggregate(files[index], Mutate));
                try
                {
                    load(file.Path);
                }
                catch (FileFormatException exception)
                {
                    Assert.True(exception.Line > 0 && exception.Column > 0);
                    Assert.Contains("; expected ", exception.Message, StringComparison.Ordinal);
                    Assert.DoesNotContain(exception.Message, char.IsControl);
                }
            },
            iter: 1000);
    }

    /// <summary>Inserts, deletes, replaces, or moves a few bytes elsewhere.</summary>
    private static byte[] Mutate(byte[] content, (int Kind, double Where, int Length, byte[] Bytes) change)
    {
        var start = (int)(change.Where * content.Length);
        var end = Math.Min(content.Length, start + change.Length);
        return change.Kind switch
        {
            0 => [.. content[..start], .. change.Bytes, .. content[start..]],
            1 => [.. content[..start], .. content[end..]],
            2 => [.. content[..start], .. change.Bytes, .. content[end..]],
            _ => [.. content[start..end], .. content],
        };
    }
}
