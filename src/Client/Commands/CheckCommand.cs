using System.CommandLine;
using DmaGrains.Client.Live;
using DmaGrains.Client.Output;
using DmaGrains.Experiments.Files;
using DmaGrains.Model;
using DmaGrains.Scenarios.Files;
using DmaGrains.Silo;

namespace DmaGrains.Client.Commands;

/// <summary><c>dmagrains check FILE…</c>.</summary>
internal static class CheckCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "Board, scenario and experiment files; which of them is told from the keys. - is standard input.",
            Arity = ArgumentArity.OneOrMore,
        };
        var json = CommonOptions.Json();
        var command = new Command(
            "check",
            """
            Reads board, scenario and experiment files and reports everything that is wrong with them, as FILE:LINE:COLUMN: what is wrong; expected what.
            Exit code 1 when something is.

            Example:
              dmagrains check my-board.yaml my-scenario.yaml
              dmagrains show gpu-and-display | dmagrains check -
            """)
        {
            files, json,
        };
        command.SetAction(parsed =>
        {
            var reports = parsed.GetRequiredValue(files).Select(Check).ToList();
            Terminal.Answer(parsed, json, reports, Write);
            return reports.All(report => report.Problems.IsEmpty) ? ExitCode.Good : ExitCode.Refused;
        });
        return command;
    }

    private static FileReport Check(string file) => StandardInput.Is(file)
        ? ExperimentFile.Check(StandardInput.Name, StandardInput.Open())
        : ExperimentFile.Check(file);

    private static void Write(Terminal terminal, List<FileReport> reports)
    {
        foreach (var report in reports)
        {
            foreach (var problem in report.Problems)
            {
                terminal.Line($"{HarmlessText.Of(problem.File)}:{problem.Line}:{problem.Column}: {problem.Problem}");
            }

            var what = report.Kind == FileKind.Unknown ? string.Empty : $" ({$"{report.Kind.ToString().ToLowerInvariant()} {report.Name}".TrimEnd()})";
            terminal.Line(
                $"{HarmlessText.Of(report.File)}{what}: ",
                report.Problems.IsEmpty ? "ok" : Counted.Of((ulong)report.Problems.Length, "problem"),
                report.Problems.IsEmpty,
                string.Empty);
        }
    }
}
