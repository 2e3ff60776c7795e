using System.Globalization;
using DmaGrains.Experiments.Reporting;
using DmaGrains.Experiments.Results;
using DmaGrains.Interfaces;

namespace DmaGrains.Client.Output;

/// <summary>Writes where an experiment inside a cluster is for people.</summary>
internal static class ExperimentStatusText
{
    private static readonly string[] _shown =
        ["commands", "buffers-refused", "latency-p50", "latency-p99", "behind-p99", "sent-again", "silos-lost", "not-driven"];

    /// <summary>A line, and a row for each repetition of a case.</summary>
    public static void Write(Terminal terminal, ExperimentStatus status)
    {
        terminal.Line(
            $"{status.Name}: ",
            Spelt(status.Stage),
            status.Stage != ExperimentStage.Failed,
            string.Create(CultureInfo.InvariantCulture, $", {100 * status.Share:0.#} %{(status.Problem is { } problem ? $"; {problem}" : string.Empty)}"));
        if (!status.Repetitions.IsEmpty)
        {
            terminal.Line();
            terminal.Table(
                ["case", "repetition", .. _shown],
                status.Repetitions.Select(repetition => (string[])
                [
                    repetition.Values.Length == 0 ? "the only one" : repetition.Values,
                    $"{repetition.Index + 1}{(repetition.IsOver ? string.Empty : " (goes on)")}",
                    .. _shown.Select(name => MeasureText.Format(
                        repetition.Measures.FirstOrDefault(measure => measure.Measure == name).Value, ExperimentMeasures.Find(name)!.Unit)),
                ]));
        }
    }

    private static string Spelt(ExperimentStage stage) => stage.ToString().ToLowerInvariant();
}
