using System.CommandLine;
using System.CommandLine.Parsing;
using DmaGrains.Client.Live;
using DmaGrains.Client.Output;
using DmaGrains.Interfaces;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Translation;
using DmaGrains.Reports;
using DmaGrains.Scenarios.Files;
using DmaGrains.Silo;

namespace DmaGrains.Client.Commands;

/// <summary><c>dmagrains device …</c>.</summary>
internal static class DeviceCommand
{
    /// <summary>The command.</summary>
    public static Command Create() => new(
        "device",
        """
        Devices of a board, their DMA parameters, and the MMUs in front of them.

        Example:
          dmagrains device show raspberry-pi-4/vc4
        """)
    {
        List(), Show(), DeviceSet.Create(), SwitchContext(),
    };

    /// <summary>The argument that names a device.</summary>
    internal static Argument<string> PathArgument() => new("BOARD/DEVICE") { Description = "The device." };

    /// <summary>The board in that argument.</summary>
    internal static Func<ParseResult, string?> BoardOf(Argument<string> path) =>
        parsed => BoardPath.Parse(parsed.GetRequiredValue(path)).Board;

    /// <summary>Writes devices of a board.</summary>
    internal static int Answer(Terminal terminal, bool asJson, BoardDefinition board, IEnumerable<Device> devices)
    {
        var reports = devices.Select(device => DeviceReport.Of(device, board)).ToList();
        if (asJson)
        {
            terminal.Json(reports);
        }
        else
        {
            DeviceTable.Write(terminal, reports);
        }

        return ExitCode.Good;
    }

    private static Command List()
    {
        var board = BoardArgument.OrFile();
        return new LiveCommand(
            "list",
            """
            Lists a board's devices, the most restrictive first: of those that share a buffer, let the first one export it. Devices that never export come last.

            Example:
              dmagrains device list raspberry-pi-4
              dmagrains device list my-board.yaml
            """,
            board).Does(parsed => parsed.GetValue(board), async live =>
        {
            var found = await live.Connection.Grains.GetBoard(BoardArgument.NameIn(live.Parsed.GetRequiredValue(board))).GetAsync(live.Cancellation);
            return found.TryGetValue(out var definition)
                ? Answer(live.Terminal, live.AsJson, definition, ExporterOrder.MostRestrictiveFirst(definition.Devices, ParameterDefaults.V61))
                : live.Refuse(found.Refusal!);
        },
        (parsed, asJson) => BoardArgument.FileIn(parsed.GetRequiredValue(board)) is { } definition
            ? Answer(Terminal.Of(parsed), asJson, definition, ExporterOrder.MostRestrictiveFirst(definition.Devices, ParameterDefaults.V61))
            : null);
    }

    private static Command Show()
    {
        var path = new Argument<string>("BOARD/DEVICE|FILE")
        {
            Description = "The device; or a board file, or - for standard input, with the device after it.",
        };
        var device = new Argument<string?>("DEVICE") { Description = "The device in the file.", Arity = ArgumentArity.ZeroOrOne };
        return new LiveCommand(
            "show",
            """
            Shows one device: its limits, what it reaches and through which MMU, and how well that isolates it.

            Example:
              dmagrains device show raspberry-pi-4/vc4
              dmagrains device show my-board.yaml vc4
            """,
            path, device).Does(parsed => NamedIn(parsed, path, device).Board, async live =>
        {
            var (board, name) = NamedIn(live.Parsed, path, device);
            var found = await live.Connection.Grains.GetBoard(BoardArgument.NameIn(board)).GetAsync(live.Cancellation);
            return found.TryGetValue(out var definition)
                ? Answer(live.Terminal, live.AsJson, definition, name)
                : live.Refuse(found.Refusal!);
        },
        (parsed, asJson) => NamedIn(parsed, path, device) is var (board, name) && BoardArgument.FileIn(board) is { } definition
            ? Answer(Terminal.Of(parsed), asJson, definition, name)
            : null);
    }

    private static int Answer(Terminal terminal, bool asJson, BoardDefinition board, string name) =>
        board.Devices.FirstOrDefault(device => device.Name == name) is { } device
            ? Answer(terminal, asJson, board, [device])
            : LiveContext.Refuse(terminal, asJson, DmaBuffer.NoDevice(name) with
            {
                Reason = $"{board.Name} has no device {ModelName.Quoted(name)}: {Closest.Expecting(name, [.. board.Devices.Select(device => device.Name)])}.",
            });

    private static (string Board, string Name) NamedIn(ParseResult parsed, Argument<string> path, Argument<string?> device)
    {
        var text = parsed.GetRequiredValue(path);
        if (parsed.GetValue(device) is { } name)
        {
            return ModelName.IsValid(name)
                ? (text, name)
                : throw new UsageException($"{Quoted.Text(name)} is not a device's name: expected {ModelName.Expected}.");
        }

        if (BoardArgument.IsFile(text))
        {
            throw new UsageException($"{Quoted.Text(text)} is a board file: expected the name of a device after it.");
        }

        var named = BoardPath.Parse(text);
        return (named.Board, named.Name);
    }

    private static Command SwitchContext()
    {
        var path = PathArgument();
        var context = new Argument<uint>("CONTEXT") { Description = "The context, from 0.", CustomParser = ParseContext };
        return new LiveCommand(
            "switch-context",
            """
            Switches the MMU of a device to another of its contexts: the device's own MMU, or else that of its bus.

            Example:
              dmagrains device switch-context figures/codec 1 --gateway 127.0.0.1:30000
            """,
            path, context).Does(BoardOf(path), async live =>
        {
            var device = BoardPath.Parse(live.Parsed.GetRequiredValue(path));
            var to = live.Parsed.GetRequiredValue(context);
            if (await live.Connection.Grains.GetBoard(device.Board).SwitchContextAsync(device.Name, to, live.Cancellation) is { } refusal)
            {
                return live.Refuse(refusal);
            }

            live.Answer(
                new ContextSwitchedReport(device.ToString(), to),
                (terminal, switched) => terminal.Line($"switch-context {device} {to}: ", switched.Outcome, true, string.Empty));
            return ExitCode.Good;
        });
    }

    private static uint ParseContext(ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        if (text.All(char.IsAsciiDigit) && Sizes.TryParse(text, out var context) && context < IommuStage.ContextsMax)
        {
            return (uint)context;
        }

        result.AddError($"CONTEXT '{text}' is not a context: expected 0 to {IommuStage.ContextsMax - 1}.");
        return default;
    }
}
