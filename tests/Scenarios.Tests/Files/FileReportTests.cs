using System.Text;
using CsCheck;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Scenarios.Tests.Files;

public class FileReportTests
{
    private const string Board =
        """
        name: many
        title: Many faults
        memory:
          - {name: ram, kind: sytem, start: 0x0, size: 1GiB}
          - {name: low, kind: contiguous, start: 0x1, size: 4KiB}
          - {kind: system, start: 0x80000000, size: 4KiB}
        devices:
          - {name: gpu, max_segment_size: lots, coherent: perhaps, iommu: none}
          - {name: gpu, dma_msk: 4GiB}
        """;

    private const string Scenario =
        """
        name: many
        shows: Many faults.
        board: raspberry-pi-4
        buffers:
          - {name: frame, size: 0, exporter: v4d}
        importers:
          - {name: gpu, device: vc5, steps: [attach, fly, {map: frame, direction: up, expect: EBIG}]}
          - {name: display, steps: [attach]}
        """;

    [Fact]
    public void Board_with_many_faults_has_all_of_them_told_with_their_places() => Assert.Equal(
        [
            "4:23: kind is text 'sytem' (did you mean system?); expected system, contiguous, carveout, vram, stolen, protected or bounce",
            "5:42: start is text '0x1'; expected a multiple of the page, 4096 bytes",
            "6:5: an entry of memory has no key 'name'; expected that key",
            "8:35: max_segment_size is text 'lots'; expected 0 (unset) to 4294967295 (no limit): the kernel keeps max_segment_size, and each segment's length, in 32 bits",
            "8:51: coherent is text 'perhaps'; expected true or false",
            "8:67: the board has no MMU none; expected none",
            $"9:17: an entry of devices has the unknown key 'dma_msk' (did you mean 'dma_mask'?); expected {EveryKey.OfDevice}",
            "9:12: two devices are named gpu; expected a different name for each",
        ],
        ProblemsOf(Board));

    [Fact]
    public void Scenario_with_many_faults_has_all_of_them_told_with_their_places()
    {
        var problems = ProblemsOf(Scenario);

        Assert.Equal(7, problems.Count);
        Assert.Contains("5:25: size is text '0'", problems[0], StringComparison.Ordinal);
        Assert.Contains("5:38: the board has no device v4d (did you mean v3d?)", problems[1], StringComparison.Ordinal);
        Assert.Contains("7:25: the board has no device vc5 (did you mean vc4?)", problems[2], StringComparison.Ordinal);
        Assert.Contains("7:46: ", problems[3], StringComparison.Ordinal);
        Assert.Contains("direction is text 'up'", problems[4], StringComparison.Ordinal);
        Assert.Contains("expect is text 'EBIG'", problems[5], StringComparison.Ordinal);
        Assert.Contains("8:29: display has no device and cannot attach", problems[6], StringComparison.Ordinal);
    }

    [Fact]
    public void First_problem_is_the_one_that_a_reader_throws() =>
        Assert.StartsWith("many.yaml:4:23: ", Assert.Throws<FileFormatException>(() => BoardFile.Parse(Board, "many.yaml")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("", "the file is empty")]
    [InlineData("a: b", "neither a board nor a scenario")]
    [InlineData("[1]", "is a list; expected a mapping")]
    [InlineData("name: [", "malformed YAML")]
    [InlineData("title: x", "has no key 'name'")]
    [InlineData("shows: x", "has no key 'board'")]
    public void File_that_is_nothing_says_so(string text, string problem) =>
        Assert.Contains(ProblemsOf(text), told => told.Contains(problem, StringComparison.Ordinal));

    [Fact]
    public void Any_text_has_a_report() => Gen.OneOf(Gen.Const(Board), Gen.Const(Scenario))
        .SelectMany(text => Gen.Select(Gen.Int[0, text.Length - 1], Gen.Int[0, 12], Gen.String[0, 4])
            .Select((at, length, other) => text.Remove(at, Math.Min(length, text.Length - at)).Insert(at, other)))
        .Sample(text => ProblemsOf(text).Count > 0);

    private static List<string> ProblemsOf(string text)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        return [.. FileReport.Of("many.yaml", stream).Problems.Select(problem => $"{problem.Line}:{problem.Column}: {problem.Problem}")];
    }
}
