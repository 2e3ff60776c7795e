using DmaGrains.Experiments.Files;
using DmaGrains.Experiments.Reporting;
using DmaGrains.Experiments.Results;
using DmaGrains.Model;

namespace DmaGrains.Client.Output;

/// <summary>Writes for people what comparing the cases of an experiment says.</summary>
internal static class CaseComparisonText
{
    /// <summary>A line for each comparison; nothing when there is nothing to compare.</summary>
    public static void Write(Terminal terminal, ExperimentReport report)
    {
        if (report.WarmUp is { } warmUp)
        {
            var from = warmUp.Nanoseconds == 0 ? "the start" : Times.Format(warmUp.Nanoseconds);
            terminal.Line();
            terminal.Line($"Measured from {from} on{(warmUp.HasSettled ? "." : ", but boards had not settled by then: play longer.")}");
        }

        if (report.Comparisons.IsEmpty)
        {
            return;
        }

        var unit = ExperimentMeasures.Find(report.Measure)!.Unit;
        terminal.Line();
        terminal.Line($"{report.Measure}, {Counted.Of((ulong)report.Repetitions, "repetition")} of each case:");
        foreach (var comparison in report.Comparisons)
        {
            terminal.Line($"  {ComparedCasesText.NamesOf(report, comparison)}: {ComparedCasesText.Says(comparison, unit, report.Until)}");
        }
    }
}
