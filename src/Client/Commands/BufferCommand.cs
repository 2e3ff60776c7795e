using System.CommandLine;
using DmaGrains.Client.Output;
using DmaGrains.Reports;
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
            Live buffers: export, attach, map, unmap, detach, raw access, CPU access, release, and inspection.

            Example:
              dmagrains buffer export raspberry-pi-4/frame --size 1920x1080x4 --gateway 127.0.0.1:30000
              dmagrains buffer attach raspberry-pi-4/frame v3d --gateway 127.0.0.1:30000
            """);
        Command[] children =
        [
            .. ExporterCommands.All, .. ImporterCommands.All, .. CpuCommands.All, Describe(), Recalculate(), List(), BufferHistory.Create(), BufferWatch.Create(),
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
            var found = await buffer.Grain.DescribeAsync(buffer.Live.Cancellation);
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

    private static Command Recalculate() => BufferContext.Create(
        "recalculate",
        "Recomputes the union from the current limits of the attached devices, and says whether it differs. Nothing changes.",
        string.Empty,
        [],
        async buffer =>
        {
            var found = await buffer.Grain.RecalcConstraintsAsync(buffer.Live.Cancellation);
            if (!found.TryGetValue(out var union))
            {
                return buffer.Live.Refuse(found.Refusal!);
            }

            buffer.Live.Answer(RecalculatedReport.Of(union), (terminal, report) => terminal.Line($"recalculate {buffer.Path}: {RunText.RecalculatedWords(report)}"));
            return ExitCode.Good;
        });

    private static Command List()
    {
        var board = BoardArgument.Create();
        return new LiveCommand(
            "list",
            """
            Lists a board's buffers: their sizes, exporters, where their pages are, and their holders.

            Example:
              dmagrains buffer list raspberry-pi-4 --gateway 127.0.0.1:30000
            """,
            board).Does(parsed => parsed.GetValue(board), async live =>
        {
            var listed = await BufferListing.OfAsync(live, live.Parsed.GetRequiredValue(board));
            if (!listed.TryGetValue(out var buffers))
            {
                return live.Refuse(listed.Refusal!);
            }

            live.Answer(buffers.Select(BufferReport.Of).ToList(), BufferTable.Write);
            return ExitCode.Good;
        });
    }
}
