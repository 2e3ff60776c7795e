using System.CommandLine;
using DmaGrains.Client.Live;
using DmaGrains.Client.Output;
using DmaGrains.Interfaces;
using DmaGrains.Model.Devices;
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
        List(), Show(), Set(),
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
        return new LiveCommand(
            "set",
            """
            Adds a device to a board, or replaces one. Whoever is attached keeps the limits it attached with.

            Example:
              dmagrains device set my-board/dma0 --max-segment-size 64KiB --max-segment-count 128
            """,
            path, size, count, boundary, mask, limit, contiguous, coherent).Does(BoardOf(path), async live =>
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
            };
            var set = await live.Connection.Grains.GetBoard(board).SetDeviceAsync(device);
            return set.IsGranted ? Answer(live, [device]) : live.Refuse(set.Refusal!);
        });
    }

    private static Argument<string> PathArgument() => new("BOARD/DEVICE") { Description = "The device." };

    private static Func<ParseResult, string?> BoardOf(Argument<string> path) =>
        parsed => BoardPath.Parse(parsed.GetRequiredValue(path)).Board;

    private static int Answer(LiveContext live, IReadOnlyCollection<Device> devices)
    {
        if (live.AsJson)
        {
            live.Terminal.Json(devices);
        }
        else
        {
            DeviceTable.Write(live.Terminal, devices);
        }

        return ExitCode.Good;
    }
}
