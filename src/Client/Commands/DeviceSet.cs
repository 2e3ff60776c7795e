using System.CommandLine;
using DmaGrains.Client.Live;
using DmaGrains.Interfaces;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Reports;

namespace DmaGrains.Client.Commands;

/// <summary><c>dmagrains device set</c>.</summary>
internal sealed class DeviceSet
{
    private readonly Option<ulong?> _size = SizeOption.Create(
        "--max-segment-size", "Longest segment in bytes; 0 is unset.", 0, uint.MaxValue);

    private readonly Option<ulong?> _count = SizeOption.Create("--max-segment-count", "Largest number of segments; 0 is unset.", 0, uint.MaxValue);

    private readonly Option<ulong?> _boundary = SizeOption.Create(
        "--segment-boundary-mask", "2^k-1; 0 is unset.", 0, ulong.MaxValue);

    private readonly Option<ulong?> _minAlign = SizeOption.Create(
        "--min-align-mask", "Low bits of an address that bounced copies keep, 2^k-1; 0 is unset.", 0, uint.MaxValue);

    private readonly Option<ulong?> _mask = SizeOption.Create(
        "--dma-mask", "Highest address it can form; 0 is unset (32 bit).", 0, ulong.MaxValue);

    private readonly Option<ulong?> _limit = SizeOption.Create(
        "--bus-dma-limit", "Highest address its bus lets through, as a bus address; 0 means no limit.", 0, ulong.MaxValue);

    private readonly Option<DmaWindow[]> _windows = WindowOption.Create(
        "--window", "A part of memory that its bus sees: CPU start, bus start, bytes. Repeat for each; 'none': it sees all of memory.");

    private readonly Option<bool> _contiguous = new("--contiguous") { Description = "Takes only one contiguous range." };
    private readonly Option<bool> _coherent = new("--coherent") { Description = "Its accesses snoop CPU caches." };
    private readonly Option<string?> _iommu = NameOptions.One("--iommu", "MMU", "Its own MMU, one of the board's, or 'none'.");
    private readonly Option<string?> _busMmu = NameOptions.One(
        "--bus-mmu", "MMU", "The MMU between its bus and memory, one of the board's, or 'none'.");

    private readonly Option<bool> _structPage = new("--needs-struct-page") { Description = "Uses struct pages to get addresses." };
    private readonly Option<bool> _trusted = new("--trusted") { Description = "May map opaque memory." };
    private readonly Option<bool> _peerToPeer = new("--peer-to-peer") { Description = "Accepts a peer's memory." };
    private readonly Option<string?> _peerBus = NameOptions.One(
        "--peer-bus", "BUS", "The bus on which peers reach each other's memory, or 'none'.");

    private readonly Option<bool> _pci = new("--pci") { Description = "A PCI device: its MMU gives it addresses below 4 GiB first." };
    private readonly Option<bool> _neverExports = new("--never-exports") { Description = "Only imports buffers." };

    private readonly Option<bool> _ownAreaByName = new("--own-area-by-name")
    {
        Description = "Its buffers lie in its own area only when they name it.",
    };

    private readonly Option<bool> _perLine = new("--segments-per-line")
    {
        Description = "Each line of a frame takes separate segments.",
    };

    private readonly Option<ulong?> _preferred = SizeOption.Create(
        "--preferred-segment-size", "The segment size that it prefers; never a limit.", 0, uint.MaxValue);

    private readonly (ListLimit Limit, Option<ulong?> Option)[] _limits =
    [
        .. ListLimit.All.Select(limit => (limit, SizeOption.Create(
            $"--{Vocabulary.Spelt(limit.Field).Replace('_', '-')}", $"{limit.Description[..^1]}; 0 is unset.", 0, limit.Most))),
    ];

    private const string None = "none";

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
            Adds a device to a board, or changes one: only what is given changes, and 0, false or none unset it. Importers that are attached keep
            the limits they attached with.

            Example:
              dmagrains device set my-board/dma0 --max-segment-size 64KiB --max-segment-count 128
            """,
            [
                path, _size, _count, _boundary, _mask, _limit, _windows, _contiguous, _coherent, _iommu, _busMmu, _structPage, _trusted, _peerToPeer,
                _peerBus, _pci, _neverExports, _ownAreaByName, _perLine, _preferred, _minAlign, .. _limits.Select(row => row.Option),
            ]).Does(DeviceCommand.BoardOf(path), async live =>
        {
            var (board, name) = BoardPath.Parse(live.Parsed.GetRequiredValue(path));
            var grain = live.Connection.Grains.GetBoard(board);
            var defined = await grain.GetAsync(live.Cancellation);
            var known = defined.TryGetValue(out var definition) ? definition.Devices.FirstOrDefault(device => device.Name == name) : null;
            var set = await grain.SetDeviceAsync(Changed(known ?? new(name, null), live.Parsed), live.Cancellation);
            return set.TryGetValue(out var device)
                ? DeviceCommand.Answer(live.Terminal, live.AsJson, (await grain.GetAsync(live.Cancellation)).Value, [device])
                : live.Refuse(set.Refusal!);
        });
    }

    private Device Changed(Device device, ParseResult parsed)
    {
        var was = device.Parameters ?? default;
        var parameters = new DeviceDmaParameters(
            (uint)Given(parsed, _size, was.MaxSegmentSize)!, (uint)Given(parsed, _count, was.MaxSegmentCount)!, (ulong)Given(parsed, _boundary, was.SegmentBoundaryMask)!);
        return device with
        {
            Parameters = parameters == default ? null : parameters,
            RequiresContiguous = Given(parsed, _contiguous, device.RequiresContiguous),
            DmaMask = (ulong)Given(parsed, _mask, device.DmaMask)!,
            BusDmaLimit = (ulong)Given(parsed, _limit, device.BusDmaLimit)!,
            Windows = parsed.GetResult(_windows) is null ? device.Windows : parsed.GetValue(_windows) is { Length: > 0 } windows ? new(windows) : default,
            Bus = parsed.GetResult(_windows) is null ? device.Bus : null,
            Coherent = Given(parsed, _coherent, device.Coherent),
            Iommu = Named(parsed, _iommu, device.Iommu),
            BusMmu = Named(parsed, _busMmu, device.BusMmu),
            NeedsStructPage = Given(parsed, _structPage, device.NeedsStructPage),
            Trusted = Given(parsed, _trusted, device.Trusted),
            PeerToPeer = Given(parsed, _peerToPeer, device.PeerToPeer),
            PeerBus = Named(parsed, _peerBus, device.PeerBus),
            Pci = Given(parsed, _pci, device.Pci),
            NeverExports = Given(parsed, _neverExports, device.NeverExports),
            OwnAreaByName = Given(parsed, _ownAreaByName, device.OwnAreaByName),
            SegmentsPerLine = Given(parsed, _perLine, device.SegmentsPerLine),
            PreferredSegmentSize = (uint)Given(parsed, _preferred, device.PreferredSegmentSize)!,
            MinAlignMask = (uint)Given(parsed, _minAlign, device.MinAlignMask)!,
            Limits = _limits.Aggregate(device.Limits, (limits, row) => limits.With(row.Limit, (ulong)Given(parsed, row.Option, limits[row.Limit])!)),
        };
    }

    private static T? Given<T>(ParseResult parsed, Option<T> option, T was) =>
        parsed.GetResult(option) is { Implicit: false } ? parsed.GetValue(option) : was;

    private static string? Named(ParseResult parsed, Option<string?> option, string? was) =>
        Given(parsed, option, was) is var name && name == None ? null : name;
}
