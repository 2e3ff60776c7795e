using System.Globalization;
using DmaGrains.Experiments.Files;
using DmaGrains.Experiments.Results;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Client.Output;

/// <summary>Writes what came of an experiment for people.</summary>
internal static class ExperimentText
{
    private static readonly string[] _main =
    [
        "buffers-refused", "refused-by-fragmentation", "hazards", "time-to-first-map", "bytes-copied", "contiguous-used-mean", "contiguous-used-max",
        "buffers", "commands", "commands-a-second", "latency-p50", "latency-p99", "behind-p99", "sent-again", "silos-lost",
    ];

    /// <summary>The question, a row for each case, and the thresholds.</summary>
    public static void Write(Terminal terminal, ExperimentReport report)
    {
        terminal.Line(report.Experiment);
        terminal.Line(report.Question);
        terminal.Line();
        var shown = _main.Where(name => report.Cases[0].Means.ContainsKey(name)).ToList();
        terminal.Table(
            [.. report.Cases[0].Case.Values.Select(value => value.Key).DefaultIfEmpty("case"), .. shown],
            report.Cases.Select(each => (string[])
            [
                .. each.Case.Values.Select(value => value.Value).DefaultIfEmpty("the only one"),
                .. shown.Select(name => Format(each.Means[name], ExperimentMeasures.Find(name)!.Unit)),
            ]));
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
                threshold.IsMet ? string.Empty : $" by {string.Join("; ", threshold.NotMetBy.Select(index => NameOf(report.Cases[index].Case)))}");
        }
    }

    /// <summary>A value of a measure for people.</summary>
    public static string Format(double value, string unit) => unit switch
    {
        "ns" => Times.Format(value),
        "bytes" => Sizes.Format((ulong)value),
        "%" => string.Create(CultureInfo.InvariantCulture, $"{value:0.###} %"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value:0.##}"),
    };

    internal static string NameOf(Case @case) => @case.Values.IsEmpty
        ? "the only case"
        : string.Join(", ", @case.Values.Select(value => $"{value.Key} {value.Value}"));
}
