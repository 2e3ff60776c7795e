using System.CommandLine;
using DmaGrains.Client.Live;
using DmaGrains.Client.Output;
using DmaGrains.Kernel.Capturing;
using DmaGrains.Kernel.Doctoring;
using DmaGrains.Kernel.Logs;
using DmaGrains.Silo;

namespace DmaGrains.Client.Commands;

/// <summary><c>dmagrains doctor</c>.</summary>
internal static class DoctorCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var root = CaptureCommand.RootOption();
        var log = new Option<string?>("--log")
        {
            Description = "Its kernel log; '-' for standard input.",
            HelpName = "FILE",
        };
        var json = CommonOptions.Json();
        var command = new Command(
            "doctor",
            """
            Looks at a machine: who holds which shared buffers, which of them cannot be served on it and why, how full its bounce pool and
            contiguous areas are, what DMA-API debugging found, and what is not known. Nothing is changed. Root sees most.
            Exit code 1: something is at risk.

            Example:
              dmagrains doctor
              dmesg | dmagrains doctor --log -
              dmagrains doctor --root copied-tree --log dmesg.txt --json
            """)
        {
            root, log, json,
        };
        command.SetAction(parsed =>
        {
            var folder = parsed.GetRequiredValue(root);
            var file = parsed.GetValue(log);
            var read = file is null ? null : StandardInput.Is(file) ? KernelLog.Read(StandardInput.Open(), StandardInput.Name) : KernelLog.Read(file);
            var report = Doctor.Examine(new MachineTree(folder), CaptureCommand.OfMachine(folder, new()), read, file ?? string.Empty);
            Terminal.Answer(parsed, json, report, DoctorText.Write);
            return report.Good ? ExitCode.Good : ExitCode.Refused;
        });
        return command;
    }
}
