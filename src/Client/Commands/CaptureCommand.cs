using System.CommandLine;
using DmaGrains.Analysis.Drawing;
using DmaGrains.Client.Output;
using DmaGrains.Kernel.Capturing;
using DmaGrains.Scenarios.Files;
using DmaGrains.Silo;

namespace DmaGrains.Client.Commands;

/// <summary><c>dmagrains capture</c>.</summary>
internal static class CaptureCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var root = new Option<string>("--root")
        {
            Description = "A folder with another machine's /proc, /sys and /dev. Default: this machine.",
            HelpName = "DIR",
            DefaultValueFactory = _ => MachineTree.Here,
        };
        var name = NameOptions.One("--name", "NAME", "The board's name. Default: the name of the machine's model.");
        var file = OutputFile.Option("--output", "A file to write. Default: standard output.");
        var picture = PictureOption.Of("the board's devices, MMUs and memory, and the paths between them");
        var files = new OutputFile(file, picture);
        var json = CommonOptions.Json();
        var command = new Command(
            "capture",
            """
            Writes a board file of the machine it runs on: memory and contiguous areas, devices with their DMA masks, limits of block
            queues, IOMMU groups, coherency. The file says what could not be read; nothing is guessed. Works best as root.
            Exit code 1 when there is no board: nothing says where memory is, or no device was found.

            Example:
              dmagrains capture --output my-machine.yaml
              dmagrains capture --root copied-tree --name server
            """)
        {
            root, name, file, picture, files.Force, json,
        };
        command.SetAction(parsed =>
        {
            var from = parsed.GetRequiredValue(root);
            if (!Directory.Exists(from))
            {
                throw new UsageException($"--root {Quoted.Text(from)} is not a folder: expected one with proc, sys and dev in it.");
            }

            files.Check(parsed);
            var report = Capture.Of(new MachineTree(from), parsed.GetValue(name));
            if (report.Text is { } text)
            {
                // Whatever the machine says, the result must be a valid file.
                var board = BoardFile.Parse(text, "the captured board");
                files.Write(parsed, file, () => text);
                files.Write(parsed, picture, () => TopologyPicture.Draw(board));
            }

            return Answer(parsed, report, parsed.GetValue(file), parsed.GetValue(json));
        });
        return command;
    }

    private static int Answer(ParseResult parsed, CaptureReport report, string? file, bool asJson)
    {
        var terminal = Terminal.Of(parsed);
        if (asJson)
        {
            terminal.Json(report);
        }
        else if (report.Text is { } yaml && file is null)
        {
            terminal.Text(yaml);
            CaptureText.Write(Terminal.BesidesOf(parsed), report, file);
        }
        else
        {
            CaptureText.Write(terminal, report, file);
        }

        return report.Board is null ? ExitCode.Refused : ExitCode.Good;
    }
}
