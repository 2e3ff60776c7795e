using System.CommandLine;
using DmaGrains.Client.Live;
using DmaGrains.Client.Output;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Scenarios.Checking;
using DmaGrains.Scenarios.Describing;
using DmaGrains.Scenarios.Drawing;
using DmaGrains.Scenarios.Files;
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
        """)
    {
        List(), Show(), Define(), Check(),
    };

    private static Command List()
    {
        var json = CommonOptions.Json();
        var command = new Command(
            "list",
            """
            Names the boards that come with the program.

            Example:
              dmagrains board list
            """)
        {
            json,
        };
        command.SetAction(parsed =>
        {
            var terminal = Terminal.Of(parsed);
            var boards = ShippedFiles.Boards.Select(name => BoardFile.Read(ShippedFiles.Board(name)!)).ToList();
            if (parsed.GetValue(json))
            {
                terminal.Json(boards.Select(board => new { board.Name, board.Title }));
            }
            else
            {
                terminal.Table(["board", "what it is"], boards.Select(board => (string[])[board.Name, board.Title]));
            }

            return ExitCode.Good;
        });
        return command;
    }

    private static Command Show()
    {
        var board = BoardArgument.Create();
        var picture = PictureOption.Of("devices, MMUs and memory, and the paths between them");
        var files = new OutputFile(picture);
        return new LiveCommand(
            "show",
            """
            Shows a board's devices, its MMUs, and how full its memory is.

            Example:
              dmagrains board show raspberry-pi-4
              dmagrains board show rk3399 --svg rk3399.svg
            """,
            board, picture, files.Force).Does(parsed => parsed.GetValue(board), async live =>
        {
            files.Check(live.Parsed);
            var name = live.Parsed.GetRequiredValue(board);
            var found = await live.Connection.Grains.GetBoard(name).GetAsync();
            if (!found.TryGetValue(out var definition))
            {
                return live.Refuse(found.Refusal!);
            }

            files.Write(live.Parsed, picture, () => TopologyPicture.Draw(definition));
            var report = BoardReport.Of(definition, await live.Connection.Grains.GetMemory(name).DescribeAsync());
            live.Answer(report, BoardText.Write);
            return ExitCode.Good;
        });
    }

    private static Command Define()
    {
        var file = new Argument<string>("FILE") { Description = "A board file." };
        return new LiveCommand(
            "define",
            """
            Sets a board up from a file. The same file again changes nothing.

            Example:
              dmagrains board define my-board.yaml --gateway 127.0.0.1:30000
            """,
            file).Does(_ => null, async live =>
        {
            var definition = ShippedFiles.ReadBoard(live.Parsed.GetRequiredValue(file));
            var defined = await live.Connection.Grains.GetBoard(definition.Name).DefineAsync(definition);
            if (!defined.IsGranted)
            {
                return live.Refuse(defined.Refusal!);
            }

            if (live.AsJson)
            {
                live.Terminal.Json(BoardReport.Of(
                    definition, await live.Connection.Grains.GetMemory(definition.Name).DescribeAsync()));
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
            Description = "Mends what can be mended, says what it was, and checks afterwards.",
        };
        return new LiveCommand(
            "check",
            """
            Checks a whole board at rest: each union is that of its importers, no page has two owners, nothing is held for nobody.

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

                foreach (var command in check.Unfinished)
                {
                    live.Terminal.Line($"  unfinished: {command}");
                }
            }

            return check.Findings.IsEmpty ? ExitCode.Good : ExitCode.Refused;
        });
    }
}
