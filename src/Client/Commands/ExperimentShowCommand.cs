using System.CommandLine;
using System.Globalization;
using DmaGrains.Client.Output;
using DmaGrains.Experiments.Results;
using DmaGrains.Model;
using DmaGrains.Silo;

namespace DmaGrains.Client.Commands;

/// <summary><c>dmagrains experiment show FOLDER</c>.</summary>
internal static class ExperimentShowCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var folder = new Argument<string>("FOLDER") { Description = "A results folder." };
        var json = CommonOptions.Json();
        var command = new Command(
            "show",
            """
            Shows again what came of a run, and when and where it was played.

            Example:
              dmagrains experiment show results/deferred-or-eager-1
            """)
        {
            folder, json,
        };
        command.SetAction(parsed =>
        {
            var stored = StoredResults.Read(parsed.GetRequiredValue(folder));
            Terminal.Answer(parsed, json, stored.ReadReport(), (terminal, report) =>
            {
                ExperimentText.Write(terminal, report, stored.Path, stored.Run.Where);
                WriteRun(terminal, stored);
            });
            return ExitCode.Good;
        });
        return command;
    }

    private static void WriteRun(Terminal terminal, StoredResults stored)
    {
        var run = stored.Run;
        foreach (var play in run.Plays)
        {
            var ended = play.Ended is { } at ? $"{stored.StateOf(play)} at {Time(at)}" : stored.StateOf(play);
            terminal.Line($"Played from {Time(play.Begun)}, {ended}: dmagrains {string.Join(' ', play.CommandLine)}");
            if (play.Failure is { } why)
            {
                terminal.Line($"  failed: {HarmlessText.Of(why.TrimEnd('.'))}.");
            }
        }

        var machine = run.Machine;
        terminal.Line($"Version {run.Version} on {(machine.Processor.Length == 0 ? machine.Architecture : machine.Processor)}, {Counted.Of((ulong)machine.Cores, "core")}, {machine.System}.");
    }

    private static string Time(DateTimeOffset at) => at.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
