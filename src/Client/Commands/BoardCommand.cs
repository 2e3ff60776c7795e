using System.CommandLine;
using DmaGrains.Analysis.Checking;
using DmaGrains.Analysis.Drawing;
using DmaGrains.Client.Live;
using DmaGrains.Client.Output;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Memory;
using DmaGrains.Reports;
using DmaGrains.Silo;

namespace DmaGrains.Client.Commands;

/// <summary><c>dmagrains board …</c>.</summary>
internal static class BoardCommand
{
    /// <summary>The command.</summary>
    public static Command Create() => new(
        "board",
        """
        Boards: their memory, MMUs and devices.

        Example:
          dmagrains board list
          dmagrains board show raspberry-pi-4
          dmagrains board define my-board.yaml --gateway 127.0.0.1:30000
          dmagrains board check raspberry-pi-4 --gateway 127.0.0.1:30000
          dmagrains board bufinfo raspberry-pi-4 --gateway 127.0.0.1:30000
        """)
    {
        List(), Show(), Define(), Remove(), Check(), Bufinfo(),
    };

    private static Command List() => new LiveCommand(
        "list",
        """
        Lists the boards of a silo; without --gateway and --data, those that come with the program.

        Example:
          dmagrains board list
          dmagrains board list --gateway 127.0.0.1:30000
        """).Does(
        _ => null,
        async live =>
        {
            var boards = new List<BoardLineReport>();
            await foreach (var page in live.Connection.Grains.GetBoards().BoardPagesAsync(cancellation: live.Cancellation))
            {
                foreach (var name in page)
                {
                    boards.Add(BoardLineReport.Of(name, await live.Connection.Grains.GetBoard(name).GetAsync(live.Cancellation)));
                }
            }

            return Answer(live.Terminal, live.AsJson, boards.OrderBy(board => board.Name, StringComparer.Ordinal));
        },
        (parsed, asJson) => Answer(
            Terminal.Of(parsed), asJson, ShippedFiles.Boards.Select(name => ShippedFiles.ReadBoard(name)).Select(board => new BoardLineReport(board.Name, board.Title))));

    private static int Answer(Terminal terminal, bool asJson, IEnumerable<BoardLineReport> boards)
    {
        if (asJson)
        {
            terminal.Json(boards);
        }
        else
        {
            terminal.Table(["board", "title"], boards.Select(board => (string[])[board.Name, board.Title]));
        }

        return ExitCode.Good;
    }

    private static Command Remove()
    {
        var board = BoardArgument.Create();
        return new LiveCommand(
            "remove",
            """
            Removes a board with its memory, MMUs and devices. EBUSY while it has buffers.

            Example:
              dmagrains board remove my-board --gateway 127.0.0.1:30000
            """,
            board).Does(parsed => parsed.GetValue(board), async live =>
        {
            var name = live.Parsed.GetRequiredValue(board);
            if (await live.Connection.Grains.GetBoard(name).RemoveAsync(live.Cancellation) is { } refusal)
            {
                return live.Refuse(refusal);
            }

            live.Answer(new BoardRemovedReport(name), (terminal, removed) => terminal.Line($"remove {name}: ", removed.Outcome, true, string.Empty));
            return ExitCode.Good;
        });
    }

    private static Command Bufinfo()
    {
        var board = BoardArgument.Create();
        return new LiveCommand(
            "bufinfo",
            """
            Prints all buffers of a board as the kernel's debugfs lists its own, for tools that read that, such as 'import bufinfo -'.

            Example:
              dmagrains board bufinfo raspberry-pi-4 --gateway 127.0.0.1:30000
            """,
            board).Does(parsed => parsed.GetValue(board), async live =>
        {
            var listed = await BufferListing.OfAsync(live, live.Parsed.GetRequiredValue(board));
            if (!listed.TryGetValue(out var buffers))
            {
                return live.Refuse(listed.Refusal!);
            }

            var text = DebugfsListing.Of([.. buffers.Select((buffer, index) => DebugfsBuffer.Of(buffer, (ulong)index + 1))]);
            live.Answer(new { text }, (terminal, answer) => terminal.Text(answer.text));
            return ExitCode.Good;
        });
    }

    private static Command Show()
    {
        var board = BoardArgument.OrFile();
        var picture = PictureOption.Of("devices, MMUs and memory, and the paths between them");
        var files = new OutputFile(picture);
        return new LiveCommand(
            "show",
            """
            Shows a board's devices, its MMUs, and how full its memory is.

            Example:
              dmagrains board show raspberry-pi-4
              dmagrains board show my-board.yaml
              dmagrains board show rk3399 --svg rk3399.svg
            """,
            board, picture, files.Force).Does(parsed => parsed.GetValue(board), async live =>
        {
            files.Check(live.Parsed);
            var name = BoardArgument.NameIn(live.Parsed.GetRequiredValue(board));
            var found = await live.Connection.Grains.GetBoard(name).GetAsync(live.Cancellation);
            if (!found.TryGetValue(out var definition))
            {
                return live.Refuse(found.Refusal!);
            }

            files.Write(live.Parsed, picture, () => TopologyPicture.Draw(definition));
            var report = BoardReport.Of(definition, await live.Connection.Grains.GetMemory(name).DescribeAsync(live.Cancellation));
            live.Answer(report, BoardText.Write);
            return ExitCode.Good;
        },
        (parsed, asJson) =>
        {
            files.Check(parsed);
            if (BoardArgument.FileIn(parsed.GetRequiredValue(board)) is not { } definition)
            {
                return null;
            }

            files.Write(parsed, picture, () => TopologyPicture.Draw(definition));
            Terminal.Answer(
                parsed, asJson, BoardReport.Of(definition, PhysicalMemory.Create(definition.Memory).Value.Describe()), BoardText.Write);
            return ExitCode.Good;
        });
    }

    private static Command Define()
    {
        var file = new Argument<string>("FILE") { Description = "A board file, or - for standard input." };
        var replace = new Option<bool>("--replace")
        {
            Description = "Replace a different definition of it. Memory and MMUs can change only while it has no buffers.",
        };
        return new LiveCommand(
            "define",
            """
            Sets a board up from a file. The same file again changes nothing.

            Example:
              dmagrains board define my-board.yaml --gateway 127.0.0.1:30000
              dmagrains board define my-board.yaml --replace --gateway 127.0.0.1:30000
            """,
            file, replace).Does(_ => null, async live =>
        {
            var definition = ShippedFiles.ReadBoard(live.Parsed.GetRequiredValue(file));
            var grain = live.Connection.Grains.GetBoard(definition.Name);
            var defined = await (live.Parsed.GetValue(replace)
                ? grain.ReplaceAsync(definition, live.Cancellation)
                : grain.DefineAsync(definition, live.Cancellation));
            if (!defined.IsGranted)
            {
                return live.Refuse(defined.Refusal!);
            }

            if (live.AsJson)
            {
                live.Terminal.Json(BoardReport.Of(
                    definition, await live.Connection.Grains.GetMemory(definition.Name).DescribeAsync(live.Cancellation)));
            }
            else
            {
                live.Terminal.Line(
                    $"board {definition.Name}: {Counted.Of((ulong)definition.Devices.Length, "device")}, "
                    + $"{Counted.Of((ulong)definition.Stages.Length, "MMU")}, "
                    + $"{Counted.Of((ulong)definition.Memory.Length, "memory region")}.");
            }

            return ExitCode.Good;
        });
    }

    private static Command Check()
    {
        var board = BoardArgument.Create();
        var repair = new Option<bool>("--repair")
        {
            Description = "Repairs what can be repaired, reports it, and checks again.",
        };
        return new LiveCommand(
            "check",
            """
            Checks a whole board: each union matches its importers, no page has two owners, nothing is held without a holder. A board in
            use is read up to three times; what is wrong each time is a finding, and what is not is only mentioned.

            Example:
              dmagrains board check raspberry-pi-4 --gateway 127.0.0.1:30000
              dmagrains board check raspberry-pi-4 --repair --gateway 127.0.0.1:30000
            """,
            board, repair).Does(parsed => parsed.GetValue(board), async live =>
        {
            var name = live.Parsed.GetRequiredValue(board);
            var checking = live.Parsed.GetValue(repair)
                ? await BoardCheck.RepairAsync(live.Connection.Grains, name, live.Cancellation)
                : await BoardCheck.RunAsync(live.Connection.Grains, name, live.Cancellation);
            if (!checking.TryGetValue(out var check))
            {
                return live.Refuse(checking.Refusal!);
            }

            if (live.AsJson)
            {
                live.Terminal.Json(check);
            }
            else
            {
                live.Terminal.Line(
                    $"{check.Board}: {Counted.Of((ulong)check.BufferCount, "buffer")}, {Counted.Of(check.PageCount, "page")}, "
                    + $"{Counted.Of((ulong)check.MappingCount, "mapping")}: ",
                    check.Findings.IsEmpty ? "ok" : Counted.Of((ulong)check.Findings.Length, "finding"),
                    check.Findings.IsEmpty,
                    string.Empty);
                foreach (var mended in check.Mended)
                {
                    live.Terminal.Line($"  mended: {mended}");
                }

                foreach (var finding in check.Findings)
                {
                    live.Terminal.Line($"  {finding}");
                }

                foreach (var passing in check.Passing)
                {
                    live.Terminal.Line($"  passing: {passing} (not on every reading: commands were running; check again when the board is idle)");
                }

                foreach (var command in check.Unfinished)
                {
                    live.Terminal.Line($"  unfinished: {command}");
                }
            }

            return check.Findings.IsEmpty ? ExitCode.Good : ExitCode.Refused;
        });
    }
}
