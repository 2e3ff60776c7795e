using DmaGrains.Experiments.Files;
using DmaGrains.Experiments.Reporting;
using DmaGrains.Experiments.Results;
using DmaGrains.Model;

namespace DmaGrains.Client.Output;

/// <summary>Writes what came of an experiment for people.</summary>
internal static class ExperimentText
{
    /// <summary>What stands where nothing was measured.</summary>
    private const string Nothing = "-";

    // A table each, so that it is whole on a terminal of usual width.
    private static readonly string[][] _tables =
    [
        ["buffers-refused", "refused-by-fragmentation", "hazards"],
        ["time-to-first-map", "bytes-copied", "contiguous-used-max"],
        ["contiguous-used-mean", "buffers", "commands"],
        ["commands-a-second", "latency-p50", "latency-p99", "behind-p99"],
        ["sent-again", "silos-lost"],
    ];

    /// <summary>The question, the measures of each case, what comparing says, and the thresholds.</summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="report">What came of it.</param>
    /// <param name="folder">Where everything else is; null when it is kept nowhere.</param>
    /// <param name="where">Where it was played.</param>
    public static void Write(Terminal terminal, ExperimentReport report, string? folder, ExperimentPlace where)
    {
        terminal.Line(report.Experiment);
        terminal.Line(report.Question);
        if (!report.IsComplete)
        {
            terminal.Line();
            var more = folder is not null && where == ExperimentPlace.Model ? "; --resume goes on." : ".";
            terminal.Line($"Broken off: {Counted.Of((ulong)report.Repetitions, "repetition")} of each case came to an end{more}");
        }

        WriteTables(terminal, report);
        CaseComparisonText.Write(terminal, report);
        if (!report.Thresholds.IsEmpty)
        {
            terminal.Line();
        }

        foreach (var threshold in report.Thresholds)
        {
            terminal.Line(
                $"{threshold.Threshold}: ",
                threshold.IsMet ? "met" : "not met",
                threshold.IsMet,
                threshold.IsMet ? string.Empty : $" by {string.Join("; ", threshold.NotMetBy.Select(index => MeasureText.NameOf(report.Cases[index].Case)))}");
        }

        if (folder is not null)
        {
            terminal.Line();
            terminal.Line($"Results: {folder}");
        }
    }

    private static void WriteTables(Terminal terminal, ExperimentReport report)
    {
        var keys = string.Join(", ", report.Cases[0].Case.Values.Select(value => value.Key).DefaultIfEmpty("case"));
        IEnumerable<string[]> tables = _tables.Any(table => table.Contains(report.Measure)) ? _tables : _tables.Prepend([report.Measure]);
        var known = report.Cases.SelectMany(each => each.Means.Keys).ToHashSet();
        var zeros = _tables.SelectMany(table => table)
            .Where(name => name != report.Measure && report.Cases.All(each => each.Means.TryGetValue(name, out var mean) && mean == 0))
            .ToList();
        foreach (var names in tables.Select(table => table.Where(known.Contains).Except(zeros).ToList()).Where(names => names.Count != 0))
        {
            terminal.Line();
            terminal.Table(
                [keys, .. names],
                report.Cases.Select(each => (string[])
                [
                    MeasureText.ValuesOf(each.Case),
                    .. names.Select(name => each.Means.TryGetValue(name, out var mean) ? MeasureText.Format(mean, ExperimentMeasures.Find(name)!.Unit) : Nothing),
                ]));
        }

        if (zeros.Count != 0)
        {
            terminal.Line();
            terminal.Line($"0 in every case: {string.Join(", ", zeros)}.");
        }
    }
}
