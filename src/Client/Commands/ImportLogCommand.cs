using System.CommandLine;
using DmaGrains.Client.Live;
using DmaGrains.Client.Output;
using DmaGrains.Kernel.Logs;
using DmaGrains.Kernel.Tracing;
using DmaGrains.Silo;

namespace DmaGrains.Client.Commands;

/// <summary><c>dmagrains import log FILE</c>.</summary>
internal sealed class ImportLogCommand
{
    private readonly Argument<string> _file = new("FILE")
    {
        Description = "The text: a kernel log of any length, or /sys/kernel/debug/dma-api/dump; - for standard input.",
    };

    private readonly Option<string?> _board = new("--board")
    {
        Description = "A board file, or a shipped board's name: what would help there?",
        HelpName = "BOARD",
    };

    private readonly Option<string[]> _device = KernelNamesOption.Create();
    private readonly Option<bool> _json = CommonOptions.Json();

    /// <summary>The command.</summary>
    public Command Log()
    {
        var command = new Command(
            "log",
            """
            Explains what a kernel log says of DMA: warnings of DMA-API debugging, full bounce pools and contiguous areas, memory out of reach,
            faults of IOMMUs (AMD, Intel, ARM and others), failed imports. Sums up the mappings of /sys/kernel/debug/dma-api/dump.
            Exit code 1: something was found.

            Example:
              dmagrains import log dmesg.txt --board my-machine.yaml --device fec00000.v3d=v3d
              dmesg | dmagrains import log -
            """)
        {
            _file, _board, _device, _json,
        };
        command.SetAction(parsed =>
        {
            var file = parsed.GetRequiredValue(_file);
            var board = parsed.GetValue(_board) is { } name ? ShippedFiles.ReadBoard(name) : null;
            var renames = parsed.GetValue(_device) ?? [];
            var renamed = KernelNamesOption.Read(board, renames);
            var log = StandardInput.Is(file) ? KernelLog.Read(StandardInput.Open(), StandardInput.Name) : KernelLog.Read(file);
            KernelNamesOption.Check(renames, log.Devices, "named by what was found");
            var report = LogReport.Of(file, log, board is null ? null : new TraceLimits(board, renamed));
            Terminal.Answer(parsed, _json, report, LogText.Write);
            return report.Good ? ExitCode.Good : ExitCode.Refused;
        });
        return command;
    }
}
