using DmaGrains.Experiments.Reporting;
using DmaGrains.Experiments.Results;

namespace DmaGrains.Client.Output;

/// <summary>Writes for people what comparing two runs says.</summary>
internal static class ResultsComparisonText
{
    private const int LinesShown = 20;

    /// <summary>What differs in the input, a table for each case, and the thresholds.</summary>
    public static void Write(Terminal terminal, ResultsComparison comparison)
    {
        terminal.Line($"first:  {comparison.First}");
        terminal.Line($"second: {comparison.Second}");
        terminal.Line();
        WriteInput(terminal, comparison);
        terminal.Line(comparison.IsPaired
            ? "Compared in pairs, repetition by repetition: both have the same seed."
            : "Compared as independent runs: they have different seeds.");
        foreach (var @case in comparison.Cases)
        {
            WriteCase(terminal, @case);
        }

        WriteMissing(terminal, "first", comparison.OnlyInFirst);
        WriteMissing(terminal, "second", comparison.OnlyInSecond);
        if (!comparison.Thresholds.IsEmpty)
        {
            terminal.Line();
        }

        foreach (var threshold in comparison.Thresholds)
        {
            terminal.Line($"{threshold.Threshold}: ", threshold.IsMet ? "met" : "not met", threshold.IsMet, " by the second");
        }
    }

    private static void WriteInput(Terminal terminal, ResultsComparison comparison)
    {
        terminal.Line(comparison.InputDifferences.IsEmpty ? "The experiments' files are the same." : "The experiments' files differ:");
        foreach (var line in comparison.InputDifferences.Take(LinesShown))
        {
            terminal.Line($"  {line}");
        }

        if (comparison.InputDifferences.Length > LinesShown)
        {
            terminal.Line($"  … {comparison.InputDifferences.Length - LinesShown} more lines (--json shows all)");
        }

        foreach (var other in comparison.OtherDifferences)
        {
            terminal.Line($"Different, too: {other}.");
        }
    }

    private static void WriteCase(Terminal terminal, ComparedCase @case)
    {
        var equal = @case.Measures.Where(measure => measure is { Difference: 0 } && measure.First == measure.Second).ToList();
        terminal.Line();
        terminal.Line(@case.FirstRepetitions == @case.SecondRepetitions
            ? $"{@case.Case}, {Repetitions(@case.FirstRepetitions)} each:"
            : $"{@case.Case}, {Repetitions(@case.FirstRepetitions)} and {Repetitions(@case.SecondRepetitions)}:");
        if (equal.Count < @case.Measures.Length)
        {
            terminal.Table(["measure", "first", "second", "second against first"], @case.Measures.Except(equal).Select(RowOf));
        }

        // What never happened in either run says nothing.
        var told = equal.Where(measure => measure.First != 0).Select(measure => measure.Measure).ToList();
        if (told.Count != 0)
        {
            terminal.Line($"Equal: {string.Join(", ", told)}.");
        }
    }

    private static string[] RowOf(ComparedMeasure measure)
    {
        var unit = ExperimentMeasures.Find(measure.Measure)?.Unit ?? string.Empty;
        return
        [
            measure.Measure,
            MeasureText.Format(measure.First, unit),
            MeasureText.Format(measure.Second, unit),
            ComparedCasesText.Says(new(0, 1, measure.Difference, measure.Low, measure.High, 0.95, measure.Verdict), unit, null),
        ];
    }

    private static void WriteMissing(Terminal terminal, string which, IReadOnlyCollection<string> cases)
    {
        if (cases.Count != 0)
        {
            terminal.Line();
            terminal.Line($"Only the {which} has: {string.Join("; ", cases)}.");
        }
    }

    private static string Repetitions(int count) => Model.Counted.Of((ulong)count, "repetition");
}
