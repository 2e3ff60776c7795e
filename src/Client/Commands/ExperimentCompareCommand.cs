using System.CommandLine;
using DmaGrains.Client.Output;
using DmaGrains.Experiments.Reporting;
using DmaGrains.Experiments.Results;
using DmaGrains.Silo;

namespace DmaGrains.Client.Commands;

/// <summary><c>dmagrains experiment compare FIRST SECOND</c>.</summary>
internal static class ExperimentCompareCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var first = new Argument<string>("FIRST") { Description = "A results folder, such as the one from before a change." };
        var second = new Argument<string>("SECOND") { Description = "The results folder that is compared with it." };
        var json = CommonOptions.Json();
        var command = new Command(
            "compare",
            """
            Compares two runs: what differs in their input, then each measure of the cases that both have, with the interval of the difference.
            Exit code 1 when the second run does not meet a threshold of its file.

            Example:
              dmagrains experiment compare results/deferred-or-eager-1 results/deferred-or-eager-1-2
            """)
        {
            first, second, json,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var comparison = await ResultsComparison.OfAsync(
                StoredResults.Read(parsed.GetRequiredValue(first)), StoredResults.Read(parsed.GetRequiredValue(second)), cancellation);
            Terminal.Answer(parsed, json, comparison, ResultsComparisonText.Write);
            return comparison.Thresholds.All(threshold => threshold.IsMet) ? ExitCode.Good : ExitCode.Refused;
        });
        return command;
    }
}
