using System.CommandLine;
using DmaGrains.Client.Live;
using DmaGrains.Client.Output;
using DmaGrains.Kernel.Tracing;
using DmaGrains.Scenarios.Files;
using DmaGrains.Silo;

namespace DmaGrains.Client.Commands;

/// <summary><c>dmagrains import trace FILE</c>.</summary>
internal sealed class ImportTraceCommand
{
    private readonly Argument<string> _file = new("FILE")
    {
        Description = "The text: /sys/kernel/tracing/trace, or what 'trace-cmd report' or 'perf script' print; - for standard input.",
    };

    private readonly Option<string?> _board = new("--board")
    {
        Description = "A board file, or a shipped board's name: which list breaks which limit of its device?",
        HelpName = "BOARD",
    };

    private readonly Option<string[]> _device = KernelNamesOption.Create();

    private readonly Option<string?> _scenario = OutputFile.Option(
        "--scenario", "A file to write a scenario to that plays what the trace tells; without --board a board of the trace is written beside it.");

    private readonly OutputFile _files;
    private readonly Option<bool> _json = CommonOptions.Json();

    public ImportTraceCommand() => _files = new OutputFile(_scenario);

    /// <summary>The command.</summary>
    public Command Trace()
    {
        var command = new Command(
            "trace",
            """
            Tells from a trace of a running kernel which buffers there were, who attached and mapped them, in which order and with which
            lists, what is still held, and what the trace cannot tell. docs/recording.md has the recipe that makes such a trace.
            Exit code 1: the trace is incomplete or contradicts itself, the kernel refused something, or a list breaks a limit of the board.

            Example:
              dmagrains import trace /sys/kernel/tracing/trace
              trace-cmd report | dmagrains import trace - --json
              dmagrains import trace trace.txt --board my-machine.yaml
              dmagrains import trace trace.txt --scenario again.yaml
            """)
        {
            _file, _board, _device, _scenario, _files.Force, _json,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var file = parsed.GetRequiredValue(_file);
            var boardName = parsed.GetValue(_board);
            var board = boardName is null ? null : ShippedFiles.ReadBoard(boardName);
            var renames = parsed.GetValue(_device) ?? [];
            var renamed = KernelNamesOption.Read(board, renames);
            _files.Check(parsed);
            var limits = board is null ? null : new TraceLimits(board, renamed);
            var history = StandardInput.Is(file) ? KernelTrace.Read(StandardInput.Open(), StandardInput.Name, limits) : KernelTrace.Read(file, limits);
            KernelNamesOption.Check(renames, KernelTrace.DevicesOf(history), "in the trace");
            var report = TraceReport.Of(file, history);
            if (parsed.GetValue(_scenario) is { } scenario)
            {
                report = report with { Scenario = await WriteAsync(parsed, scenario, history, boardName, cancellation) };
            }

            Terminal.Answer(parsed, _json, report, TraceText.Write);
            return report.Good ? ExitCode.Good : ExitCode.Refused;
        });
        return command;
    }

    private async Task<TraceScenarioReport> WriteAsync(
        ParseResult parsed, string file, TraceHistory history, string? boardName, CancellationToken cancellation)
    {
        if (boardName is not null && StandardInput.Is(boardName))
        {
            throw new UsageException("--scenario names the board's file in the scenario: expected a file or a shipped board, not standard input.");
        }

        var boardFile = boardName is null ? $"{Path.ChangeExtension(file, null)}.board.yaml"
            : File.Exists(boardName) ? boardName
            : ShippedFiles.Board(boardName)!;
        if (boardName is null && File.Exists(boardFile) && !parsed.GetValue(_files.Force))
        {
            throw new UsageException($"--scenario writes its board to {Quoted.Text(boardFile)} too, which already exists: expected a new file, or --force to replace it.");
        }

        var made = await TraceScenario.OfAsync(history, file, boardFile, cancellation);
        if (made.BoardText is { } board)
        {
            OutputFile.Try(parsed, _scenario, () => File.WriteAllText(boardFile, board));
        }

        _files.Write(parsed, _scenario, () => made.Text);
        return new(file, boardFile, made.Buffers, made.Steps, made.Differences);
    }
}
