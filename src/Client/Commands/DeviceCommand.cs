using System.CommandLine;
using System.CommandLine.Parsing;
using DmaGrains.Client.Live;
using DmaGrains.Client.Output;
using DmaGrains.Interfaces;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Translation;
using DmaGrains.Scenarios.Describing;
using DmaGrains.Scenarios.Files;
using DmaGrains.Scenarios.Running;
using DmaGrains.Silo;

namespace DmaGrains.Client.Commands;

/// <summary><c>dmagrains device …</c>.</summary>
internal static class DeviceCommand
{
    /// <summary>The command.</summary>
    public static Command Create() => new(
        "device",
        """
        Devices of a board and their DMA parameters.

        Example:
          dmagrains device show raspberry-pi-4/vc4
        """)
    {
        List(), Show(), Set(), SwitchContext(),
    };

    private static Command List()
    {
        var board = BoardArgument.Create();
        return new LiveCommand(
            "list",
            """
            Lists a board's devices.

            Example:
              dmagrains device list raspberry-pi-4
            """,
            board).Does(parsed => parsed.GetValue(board), async live =>
        {
            var found = await live.Connection.Grains.GetBoard(live.Parsed.GetRequiredValue(board)).GetAsync();
            return found.TryGetValue(out var definition)
                ? Answer(live, definition.Devices)
                : live.Refuse(found.Refusal!);
        });
    }

    private static Command Show()
    {
        var path = PathArgument();
        return new LiveCommand(
            "show",
            """
            Shows one device.

            Example:
              dmagrains device show raspberry-pi-4/vc4
            """,
            path).Does(BoardOf(path), async live =>
        {
            var (board, name) = BoardPath.Parse(live.Parsed.GetRequiredValue(path));
            var found = await live.Connection.Grains.GetDevice(board, name).GetAsync();
            return found.TryGetValue(out var device) ? Answer(live, [device]) : live.Refuse(found.Refusal!);
        });
    }

    private static Command Set()
    {
        var path = PathArgument();
        var size = SizeOption.Create("--max-segment-size", "Longest segment in bytes; 0 is unset.", 0, uint.MaxValue);
        var count = SizeOption.Create("--max-segment-count", "Most segments; 0 is unset.", 0, uint.MaxValue);
        var boundary = SizeOption.Create("--segment-boundary-mask", "2^k-1; 0 is unset.", 0, ulong.MaxValue);
        var mask = SizeOption.Create("--dma-mask", "Highest address it can form; 0 is unset (32 bit).", 0, ulong.MaxValue);
        var limit = SizeOption.Create("--bus-dma-limit", "Highest address its bus lets through; 0 is none.", 0, ulong.MaxValue);
        var contiguous = new Option<bool>("--contiguous") { Description = "Takes one contiguous run only." };
        var coherent = new Option<bool>("--coherent") { Description = "Its accesses snoop CPU caches." };
        var iommu = NameOptions.One("--iommu", "MMU", "The MMU of its own, one of the board's.");
        var busMmu = NameOptions.One("--bus-mmu", "MMU", "The MMU between its bus and memory, one of the board's.");
        var structPage = new Option<bool>("--needs-struct-page") { Description = "Takes pages for addresses." };
        var trusted = new Option<bool>("--trusted") { Description = "May map opaque memory." };
        var peerToPeer = new Option<bool>("--peer-to-peer") { Description = "Takes a peer's memory." };
        var peerBus = NameOptions.One("--peer-bus", "BUS", "The bus on which peers reach each other's memory.");
        var perLine = new Option<bool>("--segments-per-line") { Description = "Each line of a frame takes segments of its own." };
        var preferred = SizeOption.Create(
            "--preferred-segment-size", "Segments it would like to be no shorter, a wish only.", 0, uint.MaxValue);
        return new LiveCommand(
            "set",
            """
            Adds a device to a board, or replaces one. Whoever is attached keeps the limits it attached with.

            Example:
              dmagrains device set my-board/dma0 --max-segment-size 64KiB --max-segment-count 128
            """,
            path, size, count, boundary, mask, limit, contiguous, coherent, iommu, busMmu, structPage, trusted, peerToPeer, peerBus,
            perLine, preferred).Does(BoardOf(path), async live =>
        {
            var (board, name) = BoardPath.Parse(live.Parsed.GetRequiredValue(path));
            var parameters = new DeviceDmaParameters(
                (uint)(live.Parsed.GetValue(size) ?? 0),
                (uint)(live.Parsed.GetValue(count) ?? 0),
                live.Parsed.GetValue(boundary) ?? 0);
            var device = new Device(name, parameters == default ? null : parameters)
            {
                RequiresContiguous = live.Parsed.GetValue(contiguous),
                DmaMask = live.Parsed.GetValue(mask) ?? 0,
                BusDmaLimit = live.Parsed.GetValue(limit) ?? 0,
                Coherent = live.Parsed.GetValue(coherent),
                Iommu = live.Parsed.GetValue(iommu),
                BusMmu = live.Parsed.GetValue(busMmu),
                NeedsStructPage = live.Parsed.GetValue(structPage),
                Trusted = live.Parsed.GetValue(trusted),
                PeerToPeer = live.Parsed.GetValue(peerToPeer),
                PeerBus = live.Parsed.GetValue(peerBus),
                SegmentsPerLine = live.Parsed.GetValue(perLine),
                PreferredSegmentSize = (uint)(live.Parsed.GetValue(preferred) ?? 0),
            };
            var set = await live.Connection.Grains.GetBoard(board).SetDeviceAsync(device);
            return set.IsGranted ? Answer(live, [device]) : live.Refuse(set.Refusal!);
        });
    }

    private static Command SwitchContext()
    {
        var path = PathArgument();
        var context = new Argument<uint>("CONTEXT")
        {
            Description = "The context, from 0.",
            CustomParser = ParseContext,
        };
        return new LiveCommand(
            "switch-context",
            """
            Switches the MMU of a device to another of its contexts: the device's own MMU, or else that of its bus.

            Example:
              dmagrains device switch-context figures/codec 1 --gateway 127.0.0.1:30000
            """,
            path, context).Does(BoardOf(path), async live =>
        {
            var (board, name) = BoardPath.Parse(live.Parsed.GetRequiredValue(path));
            var to = live.Parsed.GetRequiredValue(context);
            if (await live.Connection.Grains.GetBoard(board).SwitchContextAsync(name, to) is { } refusal)
            {
                return live.Refuse(refusal);
            }

            if (live.AsJson)
            {
                live.Terminal.Json(new { outcome = StepReport.Ok, device = $"{board}/{name}", context = to });
            }
            else
            {
                live.Terminal.Line($"{board}/{name}: context {to}.");
            }

            return ExitCode.Good;
        });
    }

    private static uint ParseContext(ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        if (text.Length != 0 && text.All(char.IsAsciiDigit) && Sizes.TryParse(text, out var context) && context < IommuStage.ContextsMax)
        {
            return (uint)context;
        }

        result.AddError($"CONTEXT '{text}' is not a context: expected 0 to {IommuStage.ContextsMax - 1}.");
        return default;
    }

    private static Argument<string> PathArgument() => new("BOARD/DEVICE") { Description = "The device." };

    private static Func<ParseResult, string?> BoardOf(Argument<string> path) =>
        parsed => BoardPath.Parse(parsed.GetRequiredValue(path)).Board;

    private static int Answer(LiveContext live, IReadOnlyCollection<Device> devices)
    {
        if (live.AsJson)
        {
            live.Terminal.Json(devices.Select(DeviceReport.Of));
        }
        else
        {
            DeviceTable.Write(live.Terminal, devices.Select(DeviceReport.Of));
        }

        return ExitCode.Good;
    }
}
