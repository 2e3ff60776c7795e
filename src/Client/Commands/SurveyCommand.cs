using System.CommandLine;
using DmaGrains.Analysis.Surveying;
using DmaGrains.Client.Output;
using DmaGrains.Kernel.Capturing;
using DmaGrains.Kernel.DeviceTrees;
using DmaGrains.Scenarios.Files;
using DmaGrains.Silo;

namespace DmaGrains.Client.Commands;

/// <summary><c>dmagrains survey</c>.</summary>
internal static class SurveyCommand
{
    private const ulong MemoryDefault = 2UL << 30;

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var folder = new Argument<string>("FOLDER") { Description = "A folder with device trees (*.dtb), in folders of its own too." };
        var size = SizeOption.Create("--size", "The frame's size. Default: 1920x1080x4.", 1, long.MaxValue);
        var memory = SizeOption.Create("--memory", "Memory of boards whose device tree leaves it to the boot loader. Default: 2GiB.", 1 << 20, 1UL << 46);
        var json = CommonOptions.Json();
        var command = new Command(
            "survey",
            """
            Makes a board of each device tree in a folder and shows who should export a frame there: for its GPU and display, camera and
            display, codec and display. 'either' works as drivers allocate today; else the one whose memory suits both, or a heap.

            Example:
              dmagrains survey /boot/dtbs
              dmagrains survey /usr/lib/linux-image-6.12.117+deb12-arm64 --memory 4GiB --json
            """)
        {
            folder, size, memory, json,
        };
        command.SetAction((parsed, cancellation) =>
        {
            var from = parsed.GetRequiredValue(folder);
            if (!Directory.Exists(from))
            {
                throw new UsageException($"There is no folder {Quoted.Text(from)}: expected one with device trees.");
            }

            // Folders that may not be read are left out, and links, which may lead in a circle.
            var everywhere = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint };
            string[] files = [.. Directory.EnumerateFiles(from, "*.dtb", everywhere).Order(StringComparer.Ordinal)];
            if (files.Length == 0)
            {
                throw new UsageException($"There is no device tree in {Quoted.Text(from)}: expected files *.dtb.");
            }

            var bytes = parsed.GetValue(size) ?? 1920 * 1080 * 4;
            var assumed = new StatedMemory(parsed.GetValue(memory) ?? MemoryDefault, null);
            var read = new (SurveyedBoard? Board, UnreadableTree? Unreadable)[files.Length];
            Parallel.For(0, files.Length, new ParallelOptions { CancellationToken = cancellation }, place =>
                read[place] = Survey(Path.GetRelativePath(from, files[place]), files[place], bytes, assumed));
            Terminal.Answer(
                parsed, json, new SurveyReport([.. read.Select(one => one.Board).OfType<SurveyedBoard>()], [.. read.Select(one => one.Unreadable).OfType<UnreadableTree>()]), SurveyText.Write);
            return Task.FromResult(ExitCode.Good);
        });
        return command;
    }

    private static (SurveyedBoard?, UnreadableTree?) Survey(string name, string file, ulong sizeBytes, StatedMemory assumed)
    {
        try
        {
            var captured = Capture.OfTree(file, InputText.ReadBytes(file, MachineTree.LengthMax), new(), assumed, out var isAssumed);
            if (captured.Text is not { } text)
            {
                return (null, new(name, "it names no memory or no device"));
            }

            var pairs = BoardSurvey.Of(BoardFile.Parse(text, name), captured.Classes, sizeBytes);
            return (new(name, captured.Board!, isAssumed, pairs[0], pairs[1], pairs[2]), null);
        }
        catch (Exception problem) when (problem is DeviceTreeException or FileFormatException)
        {
            return (null, new(name, problem.Message));
        }
    }
}
