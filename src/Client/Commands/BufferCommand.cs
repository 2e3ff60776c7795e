using System.CommandLine;
using DmaGrains.Client.Output;
using DmaGrains.Interfaces;
using DmaGrains.Scenarios.Describing;
using DmaGrains.Silo;

namespace DmaGrains.Client.Commands;

/// <summary><c>dmagrains buffer …</c>.</summary>
internal static class BufferCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command(
            "buffer",
            """
            Live buffers: export, attach, map, unmap, detach, raw access, CPU access, release, and look.

            Example:
              dmagrains buffer export raspberry-pi-4/frame --size 1920x1080x4 --gateway 127.0.0.1:30000
              dmagrains buffer attach raspberry-pi-4/frame v3d --gateway 127.0.0.1:30000
            """);
        Command[] children =
        [
            .. ExporterCommands.All, .. ImporterCommands.All, .. CpuCommands.All, Describe(), List(), BufferWatch.Create(),
        ];
        foreach (var child in children)
        {
            command.Subcommands.Add(child);
        }

        return command;
    }

    private static Command Describe() => BufferContext.Create(
        "describe",
        "Shows a buffer: its union, attachments and mappings, its owner, its costs, and where its pages are. "
        + "The first lines are those of the kernel's debugfs; flags, mode and inode are always the same, because there are no files here.",
        string.Empty,
        [],
        async buffer =>
        {
            var found = await buffer.Grain.DescribeAsync();
            if (!found.TryGetValue(out var description))
            {
                return buffer.Live.Refuse(found.Refusal!);
            }

            if (buffer.Live.AsJson)
            {
                buffer.Live.Terminal.Json(BufferReport.Of(description));
            }
            else
            {
                BufferText.Write(buffer.Live.Terminal, buffer.Path, description);
            }

            return ExitCode.Good;
        });

    private static Command List()
    {
        var board = BoardArgument.Create();
        return new LiveCommand(
            "list",
            """
            Names a board's buffers.

            Example:
              dmagrains buffer list raspberry-pi-4 --gateway 127.0.0.1:30000
            """,
            board).Does(parsed => parsed.GetValue(board), async live =>
        {
            var grain = live.Connection.Grains.GetBoard(live.Parsed.GetRequiredValue(board));
            var known = await grain.GetAsync();
            if (!known.IsGranted)
            {
                return live.Refuse(known.Refusal!);
            }

            var names = new List<string>();
            await foreach (var page in grain.BufferPagesAsync(cancellation: live.Cancellation))
            {
                names.AddRange(page);
            }

            names.Sort(StringComparer.Ordinal);
            if (live.AsJson)
            {
                live.Terminal.Json(names);
            }
            else
            {
                names.ForEach(live.Terminal.Line);
            }

            return ExitCode.Good;
        });
    }
}
