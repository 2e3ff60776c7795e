using System.CommandLine;
using DmaGrains.Client.Live;
using DmaGrains.Interfaces;
using DmaGrains.Model.Devices;

namespace DmaGrains.Client.Commands;

/// <summary><c>dmagrains device set</c>.</summary>
internal sealed class DeviceSet
{
    private readonly Option<ulong?> _size = SizeOption.Create(
        "--max-segment-size", "Longest segment in bytes; 0 is unset.", 0, uint.MaxValue);

    private readonly Option<ulong?> _count = SizeOption.Create("--max-segment-count", "Largest number of segments; 0 is unset.", 0, uint.MaxValue);

    private readonly Option<ulong?> _boundary = SizeOption.Create(
        "--segment-boundary-mask", "2^k-1; 0 is unset.", 0, ulong.MaxValue);

    private readonly Option<ulong?> _mask = SizeOption.Create(
        "--dma-mask", "Highest address it can form; 0 is unset (32 bit).", 0, ulong.MaxValue);

    private readonly Option<ulong?> _limit = SizeOption.Create(
        "--bus-dma-limit", "Highest address its bus lets through, as a bus address; 0 means no limit.", 0, ulong.MaxValue);

    private readonly Option<DmaWindow[]> _windows = WindowOption.Create(
        "--window", "A part of memory that its bus sees: CPU start, bus start, bytes. Repeat for each; without any, it sees all of memory.");

    private readonly Option<bool> _contiguous = new("--contiguous") { Description = "Takes only one contiguous range." };
    private readonly Option<bool> _coherent = new("--coherent") { Description = "Its accesses snoop CPU caches." };
    private readonly Option<string?> _iommu = NameOptions.One("--iommu", "MMU", "Its own MMU, one of the board's.");
    private readonly Option<string?> _busMmu = NameOptions.One(
        "--bus-mmu", "MMU", "The MMU between its bus and memory, one of the board's.");

    private readonly Option<bool> _structPage = new("--needs-struct-page") { Description = "Uses struct pages to get addresses." };
    private readonly Option<bool> _trusted = new("--trusted") { Description = "May map opaque memory." };
    private readonly Option<bool> _peerToPeer = new("--peer-to-peer") { Description = "Accepts a peer's memory." };
    private readonly Option<string?> _peerBus = NameOptions.One(
        "--peer-bus", "BUS", "The bus on which peers reach each other's memory.");

    private readonly Option<bool> _perLine = new("--segments-per-line")
    {
        Description = "Each line of a frame takes separate segments.",
    };

    private readonly Option<ulong?> _preferred = SizeOption.Create(
        "--preferred-segment-size", "The segment size that it prefers; never a limit.", 0, uint.MaxValue);

    private DeviceSet()
    {
    }

    /// <summary>The command.</summary>
    public static Command Create() => new DeviceSet().Command();

    private Command Command()
    {
        var path = DeviceCommand.PathArgument();
        return new LiveCommand(
            "set",
            """
            Adds a device to a board, or replaces one: what is not given is unset. Whoever is attached keeps the limits it attached with.

            Example:
              dmagrains device set my-board/dma0 --max-segment-size 64KiB --max-segment-count 128
            """,
            path, _size, _count, _boundary, _mask, _limit, _windows, _contiguous, _coherent, _iommu, _busMmu, _structPage, _trusted, _peerToPeer,
            _peerBus, _perLine, _preferred).Does(DeviceCommand.BoardOf(path), async live =>
        {
            var (board, name) = BoardPath.Parse(live.Parsed.GetRequiredValue(path));
            var grain = live.Connection.Grains.GetBoard(board);
            var set = await grain.SetDeviceAsync(DeviceOf(name, live.Parsed));
            return set.TryGetValue(out var device)
                ? DeviceCommand.Answer(live, (await grain.GetAsync()).Value, [device])
                : live.Refuse(set.Refusal!);
        });
    }

    private Device DeviceOf(string name, ParseResult parsed)
    {
        var parameters = new DeviceDmaParameters(
            (uint)(parsed.GetValue(_size) ?? 0), (uint)(parsed.GetValue(_count) ?? 0), parsed.GetValue(_boundary) ?? 0);
        return new(name, parameters == default ? null : parameters)
        {
            RequiresContiguous = parsed.GetValue(_contiguous),
            DmaMask = parsed.GetValue(_mask) ?? 0,
            BusDmaLimit = parsed.GetValue(_limit) ?? 0,
            Windows = parsed.GetValue(_windows) is { Length: > 0 } windows ? new(windows) : default,
            Coherent = parsed.GetValue(_coherent),
            Iommu = parsed.GetValue(_iommu),
            BusMmu = parsed.GetValue(_busMmu),
            NeedsStructPage = parsed.GetValue(_structPage),
            Trusted = parsed.GetValue(_trusted),
            PeerToPeer = parsed.GetValue(_peerToPeer),
            PeerBus = parsed.GetValue(_peerBus),
            SegmentsPerLine = parsed.GetValue(_perLine),
            PreferredSegmentSize = (uint)(parsed.GetValue(_preferred) ?? 0),
        };
    }
}
