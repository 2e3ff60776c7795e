using DmaGrains.Analysis.Advising;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Analysis.Tests.Advising;

/// <summary>The board of case 18 (tests/cases), a Raspberry Pi Zero, with other contiguous areas and buffers than the case.</summary>
public sealed class AdviceCasesTests
{
    [Fact]
    public void Without_an_area_luck_is_all_there_is_and_an_area_of_the_buffer_the_cure()
    {
        var report = Advise(PiZero.Replace("kind: contiguous", "kind: system", StringComparison.Ordinal), 3934 * 4096);

        Assert.Equal(Verdict.ByLuck, report.Candidates[0].Verdict);
        Assert.Equal(["unicam", "isp"], report.Conflicts.Select(conflict => Assert.Single(conflict)));
        var area = Assert.Single(report.Fixes[0].Changes);
        Assert.Equal((ChangeKind.Area, 3934UL * 4096), (area.Kind, area.To));
        Assert.Contains("a contiguous area of 16113664 bytes", area.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_area_that_is_too_small_grows_into_the_RAM_beside_it()
    {
        var change = Assert.Single(Advise(PiZero, 100 << 20).Fixes[0].Changes);

        Assert.Equal((ChangeKind.Area, 64UL << 20, 100UL << 20), (change.Kind, change.From, change.To));
        Assert.Equal(new AreaReport("cma", 0x18000000 - (36UL << 20), 100 << 20), change.Area);
    }

    private static string PiZero => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "cases", "18-cma-pi-zero", "zero.yaml"));

    private static AdviceReport Advise(string board, ulong sizeBytes) =>
        Advisor.Advise(new(BoardFile.Parse(board, "zero.yaml"), ["unicam", "isp"], sizeBytes));
}
