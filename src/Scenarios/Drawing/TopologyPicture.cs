using System.Globalization;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Scenarios.Drawing;

/// <summary>A board: its devices, the MMUs between them and memory, and the regions of memory, each path with what it lets through.</summary>
public static class TopologyPicture
{
    private const double Width = 1160;
    private const double DeviceLeft = 20;
    private const double DeviceWidth = 330;
    private const double StageLeft = 450;
    private const double BusMmuLeft = 630;
    private const double StageWidth = 120;
    private const double BusLeft = 800;
    private const double RegionLeft = 860;
    private const double RegionWidth = 280;
    private const double BoxHeight = 42;
    private const double Step = 54;
    private const double Top = 70;
    private const string Ink = "#444";
    private const string Peer = "#cc79a7";

    /// <summary>Draws it.</summary>
    /// <returns>An SVG document.</returns>
    public static string Draw(BoardDefinition board)
    {
        var picture = new Svg(Width);
        picture.Text(DeviceLeft, 12, $"{board.Name}: {board.Title}", isHeading: true);
        picture.Text(DeviceLeft, 36, "devices");
        picture.Text(StageLeft, 36, "their MMUs");
        picture.Text(BusMmuLeft, 36, "MMUs of buses");
        picture.Text(RegionLeft, 36, "memory");

        var own = PlacesOf(board.Devices.Select(device => device.Iommu));
        var bus = PlacesOf(board.Devices.Select(device => device.BusMmu));
        var rows = Math.Max(Math.Max(board.Devices.Length, board.Memory.Length), Math.Max(own.Count, bus.Count));
        for (var index = 0; index < board.Devices.Length; index++)
        {
            DrawPath(picture, board.Devices[index], Top + (index * Step), own, bus);
        }

        DrawPeers(picture, board);
        var end = Top + (rows * Step) - Step + BoxHeight;
        picture.Line(BusLeft, Top, BusLeft, end, Ink, tip: "physical addresses");
        foreach (var (name, middle) in bus)
        {
            picture.Line(BusMmuLeft + StageWidth, middle, BusLeft, middle, Ink);
            DrawStage(picture, board, name, BusMmuLeft, middle);
        }

        foreach (var (name, middle) in own)
        {
            DrawStage(picture, board, name, StageLeft, middle);
        }

        for (var index = 0; index < board.Devices.Length; index++)
        {
            DrawDevice(picture, board.Devices[index], Top + (index * Step));
        }

        for (var index = 0; index < board.Memory.Length; index++)
        {
            DrawRegion(picture, board.Memory[index], Top + (index * Step));
        }

        return picture.ToString();
    }

    /// <summary>Where the MMUs are drawn, from the top in the order of the devices.</summary>
    private static OrderedDictionary<string, double> PlacesOf(IEnumerable<string?> names)
    {
        var places = new OrderedDictionary<string, double>();
        foreach (var name in names.OfType<string>())
        {
            places.TryAdd(name, Top + (places.Count * Step) + (BoxHeight / 2));
        }

        return places;
    }

    private static void DrawPath(
        Svg picture, Device device, double top, OrderedDictionary<string, double> own, OrderedDictionary<string, double> bus)
    {
        var (left, middle) = (DeviceLeft + DeviceWidth, top + (BoxHeight / 2));
        var tip = device.IsTranslated ? $"{device.Name}: translated"
            : device.Windows.IsEmpty ? $"{device.Name}: to {Hex(device.HighestAddress)}"
            : $"{device.Name}: sees {device.Windows}{(device.Bus is { } on ? $" over {on}" : string.Empty)}";
        foreach (var (name, places, at) in new[] { (device.Iommu, own, StageLeft), (device.BusMmu, bus, BusMmuLeft) })
        {
            if (name is not null)
            {
                picture.Line(left, middle, at, places[name], Ink, tip: tip);
                (left, middle) = (at + StageWidth, places[name]);
            }
        }

        if (device.BusMmu is null)
        {
            picture.Line(left, middle, BusLeft, middle, Ink, isDashed: !device.IsTranslated, tip);
        }
    }

    private static void DrawPeers(Svg picture, BoardDefinition board)
    {
        for (var region = 0; region < board.Memory.Length; region++)
        {
            var memory = board.Memory[region];
            for (var index = 0; index < board.Devices.Length; index++)
            {
                var device = board.Devices[index];
                var isPeer = device.PeerToPeer && memory.PeerBus is not null && device.PeerBus == memory.PeerBus;
                if (memory.IsOwnOf(device.Name) || isPeer)
                {
                    picture.Line(
                        DeviceLeft + DeviceWidth, Top + (index * Step) + 8, RegionLeft, Top + (region * Step) + (BoxHeight / 2), Peer,
                        isPeer, isPeer ? $"{device.Name} reaches {memory.Name} over {memory.PeerBus}" : $"{memory.Name} is {device.Name}'s own");
                }
            }
        }
    }

    private static void DrawDevice(Svg picture, Device device, double top)
    {
        picture.Box(DeviceLeft, top, DeviceWidth, BoxHeight, device.Coherent ? "#dcecf6" : "white", Ink, device.Coherent ? "coherent" : "not coherent");
        picture.Text(DeviceLeft + 6, top + 2, device.Name, isHeading: true);
        picture.Text(DeviceLeft + 6, top + 21, LimitsOf(device));
    }

    private static string LimitsOf(Device device)
    {
        var limits = device.Parameters ?? default;
        string?[] parts =
        [
            device.RequiresContiguous ? "contiguous" : null,
            (limits.MaxSegmentCount, limits.MaxSegmentSize) switch
            {
                (0, 0) => null,
                (var count, 0) => string.Create(CultureInfo.InvariantCulture, $"{count} segments"),
                (0, var size) => $"segments of {Sizes.Format(size)}",
                var (count, size) => string.Create(CultureInfo.InvariantCulture, $"{count} segments of {Sizes.Format(size)}"),
            },
            limits.SegmentBoundaryMask == 0 ? null : $"boundary {Hex(limits.SegmentBoundaryMask)}",
            device.IsTranslated ? "translated"
                : !device.Windows.IsEmpty ? $"sees {SeenBy(device)}"
                : device.HighestAddress == ulong.MaxValue ? "to any address" : $"to {Hex(device.HighestAddress)}",
        ];
        return string.Join(", ", parts.OfType<string>());
    }

    /// <summary>How much the first window shows, and where on the bus; all of them are in the line's tip.</summary>
    private static string SeenBy(Device device)
    {
        var first = device.Windows.All[0];
        var more = device.Windows.All.Length - 1;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Sizes.Format(first.SizeBytes)} at {Hex(first.BusStart)}{(more == 0 ? string.Empty : $" and {more} more")}");
    }

    private static void DrawStage(Svg picture, BoardDefinition board, string name, double left, double middle)
    {
        picture.Box(left, middle - (BoxHeight / 2), StageWidth, BoxHeight, "#fdf1d6", Ink);
        picture.Text(left + 6, middle - 19, name, isHeading: true);
        if (board.Stages.FirstOrDefault(stage => stage.Name == name) is { } known)
        {
            picture.Text(left + 6, middle, string.Create(
                CultureInfo.InvariantCulture, $"{known.ContextCount} {(known.ContextCount == 1 ? "context" : "contexts")}"));
        }
    }

    private static void DrawRegion(Svg picture, MemoryRegionLayout region, double top)
    {
        var fill = region.Kind is MemoryKind.System ? "#e3f3ec" : region.Kind is MemoryKind.Contiguous ? "#c9e8dc" : "#f2e4ee";
        if (!region.Kind.IsNamedOnly() || region.Kind is MemoryKind.Bounce)
        {
            picture.Line(BusLeft, top + (BoxHeight / 2), RegionLeft, top + (BoxHeight / 2), Ink);
        }

        picture.Box(RegionLeft, top, RegionWidth, BoxHeight, fill, Ink);
        picture.Text(RegionLeft + 6, top + 2, $"{region.Name}, {Words.In(Words.MemoryKinds, region.Kind)}", isHeading: true);
        picture.Text(RegionLeft + 6, top + 21, $"{Sizes.Format(region.Range.SizeBytes)} from {Hex(region.Range.Address.Value)}");
    }

    private static string Hex(ulong value) => string.Create(CultureInfo.InvariantCulture, $"0x{value:x}");
}
