using System.CommandLine;
using System.Globalization;
using DmaGrains.Client.Output;
using DmaGrains.Experiments.Results;
using DmaGrains.Model;
using DmaGrains.Scenarios.Files;
using DmaGrains.Silo;

namespace DmaGrains.Client.Commands;

/// <summary><c>dmagrains experiment list [FOLDER]</c>.</summary>
internal static class ExperimentListCommand
{
    private const int FailureLengthMax = 160;

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var folder = new Argument<string>("FOLDER")
        {
            Description = "Where results folders are. Default: results.",
            DefaultValueFactory = _ => ResultsOptions.Parent,
            Arity = ArgumentArity.ZeroOrOne,
        };
        var json = CommonOptions.Json();
        var command = new Command(
            "list",
            """
            Lists the results folders in a folder, the oldest first: what was played, and whether it came to its end.

            Example:
              dmagrains experiment list
            """)
        {
            folder, json,
        };
        command.SetAction(parsed =>
        {
            Terminal.Answer(parsed, json, Find(parsed.GetRequiredValue(folder)), Write);
            return ExitCode.Good;
        });
        return command;
    }

    private static List<ListedRun> Find(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new UsageException($"There is no folder {Quoted.Text(folder)}: expected one with results of 'dmagrains experiment'.");
        }

        return
        [
            .. Directory.EnumerateDirectories(folder)
                .Where(StoredResults.IsAt)
                .Select(ListedRun.Of)
                .OrderBy(run => run.Begun)
                .ThenBy(run => run.Folder, StringComparer.Ordinal),
        ];
    }

    private static void Write(Terminal terminal, List<ListedRun> runs)
    {
        if (runs.Count == 0)
        {
            terminal.Line("There are no results.");
            return;
        }

        terminal.Table(
            ["folder", "begun", "state", "repetitions", "thresholds"],
            runs.Select(run => (string[])
            [
                run.Folder,
                run.Begun?.ToUniversalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) ?? "-",
                run.Failure is { } why ? $"{run.State}: {HarmlessText.Short(why.TrimEnd('.'), FailureLengthMax)}" : run.State,
                run.Repetitions?.ToString(CultureInfo.InvariantCulture) ?? "-",
                run.AreThresholdsMet switch { null => "-", true => "met", false => "not met" },
            ]));
    }

    /// <summary>A results folder.</summary>
    /// <param name="Folder">Its path.</param>
    /// <param name="Experiment">The experiment's name; null when the folder is damaged.</param>
    /// <param name="Begun">When it was begun; null when the folder is damaged.</param>
    /// <param name="State"><c>complete</c>, <c>broken off</c>, <c>being played</c>, <c>killed</c>, <c>failed</c> or <c>damaged</c>.</param>
    /// <param name="Repetitions">How many repetitions of each case have come to an end; null when there is no summary.</param>
    /// <param name="AreThresholdsMet">Whether all thresholds are met; null when there are none, or no summary.</param>
    /// <param name="Failure">Why it failed; null when it did not.</param>
    private sealed record ListedRun(string Folder, string? Experiment, DateTimeOffset? Begun, string State, int? Repetitions, bool? AreThresholdsMet, string? Failure)
    {
        public static ListedRun Of(string folder)
        {
            try
            {
                var stored = StoredResults.Read(folder);
                var (_, run, report) = stored;
                return new(
                    folder,
                    run.Experiment,
                    run.Plays[0].Begun,
                    stored.StateOf(run.Plays[^1]),
                    report?.Repetitions,
                    report is null || report.Thresholds.IsEmpty ? null : report.Thresholds.All(threshold => threshold.IsMet),
                    run.Plays[^1].Failure);
            }
            catch (ResultsException)
            {
                // One that is damaged does not hide the others.
                return new(folder, null, null, "damaged", null, null, null);
            }
        }
    }
}
