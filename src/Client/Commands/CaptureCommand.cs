using System.CommandLine;
using DmaGrains.Analysis.Drawing;
using DmaGrains.Client.Live;
using DmaGrains.Client.Output;
using DmaGrains.Kernel.Capturing;
using DmaGrains.Kernel.DeviceTrees;
using DmaGrains.Scenarios.Files;
using DmaGrains.Silo;

namespace DmaGrains.Client.Commands;

/// <summary><c>dmagrains capture</c>.</summary>
internal static class CaptureCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var root = RootOption();
        var dtb = new Option<string?>("--dtb")
        {
            Description = "A flattened device tree to capture in place of a machine; '-' for standard input.",
            HelpName = "FILE",
        };
        var overlays = new Option<string[]>("--overlay")
        {
            Description = "An overlay to apply to the device tree first; several times for several, in this order.",
            HelpName = "FILE",
        };
        var arch = new Option<string?>("--arch")
        {
            Description = "The kernel that reads the device tree. Default: arm for processors without a 64-bit mode, else arm64.",
        };
        arch.AcceptOnlyFromAmong("arm64", "arm");
        var memory = MemoryOption.Create();
        var facts = new Option<bool>("--facts") { Description = "Prints what Linux takes from the device tree for DMA as JSON, and no board." };
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

            With --dtb the board of a device tree, whose machine need not be at hand: windows of buses, IOMMUs, reserved memory, and
            limits of drivers from a catalogue. Of a copied tree that has only /sys/firmware/fdt or /proc/device-tree the same.

            Example:
              dmagrains capture --output my-machine.yaml
              dmagrains capture --root copied-tree --name server
              dmagrains capture --dtb bcm2711-rpi-4-b.dtb --memory 4GiB --output board.yaml
            """)
        {
            root, dtb, overlays, arch, memory, facts, name, file, picture, files.Force, json,
        };
        command.SetAction(parsed =>
        {
            string[] overlaid = parsed.GetValue(overlays) ?? [];
            if (overlaid.Length > 0 && parsed.GetValue(dtb) is null)
            {
                throw new UsageException("--overlay is there without --dtb FILE: expected both.");
            }

            var options = new TreeOptions
            {
                Name = parsed.GetValue(name),
                Architecture = parsed.GetValue(arch) switch { "arm" => TreeArchitecture.Arm, "arm64" => TreeArchitecture.Arm64, _ => null },
                Memory = [.. parsed.GetValue(memory) ?? []],
                Overlays = [.. overlaid.Select(path => new TreeOverlay(path, InputText.ReadBytes(path, MachineTree.LengthMax)))],
            };
            files.Check(parsed);
            if (parsed.GetValue(facts))
            {
                var tree = parsed.GetValue(dtb) ?? throw new UsageException("--facts is there without --dtb FILE: expected both.");
                Terminal.Of(parsed).Json(Read(tree, bytes => Capture.FactsOf(bytes, options)));
                return ExitCode.Good;
            }

            var report = parsed.GetValue(dtb) is { } given ? Read(given, bytes => Capture.OfTree(given, bytes, options)) : OfMachine(parsed.GetRequiredValue(root), options);
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

    /// <summary>The folder that stands for <c>/</c>.</summary>
    public static Option<string> RootOption() => new("--root")
    {
        Description = "A folder with another machine's /proc, /sys and /dev. Default: this machine.",
        HelpName = "DIR",
        DefaultValueFactory = _ => MachineTree.Here,
    };

    /// <summary>Captures the machine of a folder.</summary>
    public static CaptureReport OfMachine(string root, TreeOptions options)
    {
        if (!Directory.Exists(root))
        {
            throw new UsageException($"--root {Quoted.Text(root)} is not a folder: expected one with proc, sys and dev in it.");
        }

        var machine = new MachineTree(root);
        try
        {
            return (root == MachineTree.Here ? null : Capture.OfTreeIn(machine, options)) ?? Capture.Of(machine, options.Name);
        }
        catch (DeviceTreeException problem)
        {
            throw new UsageException($"--root {Quoted.Text(root)}: its device tree: {problem.Message}.");
        }
    }

    /// <summary>Reads a device tree, whose faults are those of its file.</summary>
    private static T Read<T>(string file, Func<ReadOnlyMemory<byte>, T> read)
    {
        try
        {
            return read(StandardInput.Is(file)
                ? InputText.ReadBytes(StandardInput.Name, StandardInput.Open(), MachineTree.LengthMax)
                : InputText.ReadBytes(file, MachineTree.LengthMax));
        }
        catch (DeviceTreeException problem)
        {
            throw new UsageException($"{problem.Overlay ?? file}: {problem.Message}.");
        }
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
