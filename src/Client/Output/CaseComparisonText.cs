using System.Globalization;
using DmaGrains.Experiments.Files;
using DmaGrains.Experiments.Results;
using DmaGrains.Experiments.Statistics;

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
        terminal.Line($"{report.Measure}, {Repetitions(report.Repetitions)} of each case:");
        foreach (var comparison in report.Comparisons)
        {
            var isDifference = comparison.Verdict is Verdict.Lower or Verdict.Higher;
            terminal.Line($"  {Names(report, comparison)}: {Says(comparison, report, unit)}{(isDifference ? " " : ", ")}{Range(comparison, unit, isDifference)}");
        }
    }

    private static string Repetitions(int count) =>
        count == 1 ? "1 repetition" : string.Create(CultureInfo.InvariantCulture, $"{count} repetitions");

    /// <summary>The second case against the first: what differs, then what both have.</summary>
    private static string Names(ExperimentReport report, CaseComparison comparison)
    {
        var (first, second) = (report.Cases[comparison.First].Case, report.Cases[comparison.Second].Case);
        var values = first.Values.Zip(second.Values).ToLookup(pair => pair.First.Value == pair.Second.Value);
        return string.Join(", ", (string[])
        [
            .. values[false].Select(pair => $"{pair.Second.Key} {pair.Second.Value} against {pair.First.Value}"),
            .. values[true].Select(pair => $"{pair.First.Key} {pair.First.Value}"),
        ]);
    }

    private static string Says(CaseComparison comparison, ExperimentReport report, string unit) => comparison.Verdict switch
    {
        Verdict.Lower => $"lower by {Amount(-comparison.Difference, unit)}",
        Verdict.Higher => $"higher by {Amount(comparison.Difference, unit)}",
        Verdict.WithinTolerance => unit == "%"
            ? $"within {Amount(100 * report.Until!.Value, unit)}"
            : string.Create(CultureInfo.InvariantCulture, $"within {100 * report.Until!.Value:0.###} %"),
        _ => "within noise",
    };

    private static string Range(CaseComparison comparison, string unit, bool isDifference) => (comparison.Low, comparison.High) switch
    {
        (null, _) or (_, null) => "too few repetitions to say more",
        var (low, high) when !isDifference => Range(low.Value, high.Value, unit),
        var (low, high) => $"({(comparison.Verdict == Verdict.Lower ? Range(-high.Value, -low.Value, unit) : Range(low.Value, high.Value, unit))})",
    };

    private static string Range(double low, double high, string unit) =>
        unit == "%" ? $"{Points(low)} to {Points(high)} points" : $"{Signed(low, unit)} to {Signed(high, unit)}";

    /// <summary>A difference of two shares is in percentage points, not in percent.</summary>
    private static string Amount(double value, string unit) => unit != "%" ? ExperimentText.Format(value, unit)
        : Points(value) is "1" ? "1 point"
        : $"{Points(value)} points";

    private static string Points(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);

    private static string Signed(double value, string unit) => value < 0 ? $"-{ExperimentText.Format(-value, unit)}" : ExperimentText.Format(value, unit);
}
