using System.CommandLine;
using DmaGrains.Client.Live;
using DmaGrains.Client.Output;
using DmaGrains.Kernel.Conformance;
using DmaGrains.Silo;

namespace DmaGrains.Client.Commands;

/// <summary><c>dmagrains conform FILE…</c>.</summary>
internal static class ConformCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "Vector files (JSON lines); the kind is recognised from the records. - is standard input.",
            Arity = ArgumentArity.OneOrMore,
        };
        var json = CommonOptions.Json();
        var command = new Command(
            "conform",
            """
            Checks the model against vectors that real kernel code printed. Exit code 1 when a record fails.

            Example:
              dmagrains conform tests/vectors/scatterlist.public.jsonl
            """)
        {
            files, json,
        };
        command.SetAction(parsed =>
        {
            var terminal = Terminal.Of(parsed);
            var reports = parsed.GetRequiredValue(files).Select(Run);
            if (parsed.GetValue(json))
            {
                var all = reports.ToList();
                terminal.Json(all);
                return all.Any(report => report.Failed > 0) ? ExitCode.Refused : ExitCode.Good;
            }

            var code = ExitCode.Good;
            foreach (var report in reports)
            {
                Write(terminal, report);
                code = report.Failed > 0 ? ExitCode.Refused : code;
            }

            return code;
        });
        return command;
    }

    private static ConformanceReport Run(string file) => StandardInput.Is(file)
        ? Conformance.Run(StandardInput.Name, StandardInput.Open())
        : Conformance.Run(file);

    private static void Write(Terminal terminal, ConformanceReport report)
    {
        foreach (var failure in report.Failures)
        {
            terminal.Line($"  line {failure.Line} {failure.Id}: expected {failure.Expected}, got {failure.Actual}");
        }

        var skipped = report.Skipped > 0 ? $", {report.Skipped} skipped" : string.Empty;
        terminal.Line($"{report.Name}: {report.Passed} passed, {report.Failed} failed{skipped}; reference: {report.Reference}");
    }
}
