using System.Collections.Immutable;
using System.Globalization;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Reports;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Analysis.Drawing;

/// <summary>A picture of a board: its devices, the MMUs between them and memory, and the regions of memory, each path with its limits.</summary>
/// <remarks>
/// A row for each device. An MMU stands in the row of the first device behind it, and a line passes a column of MMUs in the row of its own
/// device only, or between two rows: no line leads through a box.
/// </remarks>
public sealed class TopologyPicture
{
    private const double Margin = 20;
    private const double Inset = 6;
    private const double Gap = 90;
    private const double RegionGap = 60;
    private const double RowGap = 14;
    private const double LaneStep = 4;
    private const double HeadLength = 8;
    private const double LimitsWidth = 350;
    private const double TitleWidthLeast = 760;
    private const string BusHeading = "MMUs of buses";
    private const string Ink = "#444";
    private const string Peer = "#a0457a";

    private readonly BoardDefinition _board;
    private readonly Svg _picture;
    private readonly ImmutableArray<string> _limits;
    private readonly OrderedDictionary<string, int> _own;
    private readonly OrderedDictionary<string, int> _bus;
    private readonly (double Left, double Across) _devices;
    private readonly (double Left, double Across) _ownColumn;
    private readonly (double Left, double Across) _busColumn;
    private readonly (double Left, double Across) _regions;
    private readonly double _line;
    private readonly double _boxHeight;
    private double _top;

    private TopologyPicture(BoardDefinition board)
    {
        _board = board;
        _limits = [.. board.Devices.Select(device => string.Join(", ", LimitsOf(device)))];
        _own = RowsOf(board.Devices, device => device.Iommu);
        _bus = RowsOf(board.Devices, device => device.BusMmu);
        _devices = (Margin, WidestOf(
            board.Devices.Select(device => Lettering.WidthOf(device.Name, isHeading: true)),
            _limits.SelectMany(limits => Lettering.Lines(limits, LimitsWidth)).Select(line => Lettering.WidthOf(line))));
        _ownColumn = Behind(_devices, _own);
        _busColumn = Behind(_ownColumn, _bus);
        _line = _busColumn.Left + _busColumn.Across + RegionGap;
        _regions = (_line + RegionGap, WidestOf(
            board.Memory.Select(region => Lettering.WidthOf(NameOf(region), isHeading: true)),
            board.Memory.Select(region => Lettering.WidthOf(PlaceOf(region)))));
        var lines = _limits.Select(limits => Lettering.Lines(limits, _devices.Across - (2 * Inset)).Count).DefaultIfEmpty(1).Max();
        _boxHeight = 24 + (lines * Lettering.LineStep);
        _picture = new(Math.Max(_regions.Left + _regions.Across, TitleWidthLeast) + Margin);
    }

    private double Step => _boxHeight + RowGap;

    /// <summary>Draws it.</summary>
    /// <returns>An SVG document.</returns>
    public static string Draw(BoardDefinition board) => new TopologyPicture(board).Draw();

    private string Draw()
    {
        var next = _picture.Text(Margin, 12, $"{_board.Name}: {_board.Title}", isHeading: true);
        (double Left, string Text, bool IsThere)[] headings =
        [
            (_devices.Left, "devices", true),
            (_ownColumn.Left, "their MMUs", _own.Count > 0),
            (_busColumn.Left, BusHeading, _bus.Count > 0),
            (_regions.Left, "memory", true),
        ];
        foreach (var (left, text, _) in headings.Where(heading => heading.IsThere))
        {
            _picture.Text(left, next + 6, text);
        }

        _top = next + 6 + Lettering.LineStep + RowGap;
        foreach (var row in Enumerable.Range(0, _board.Devices.Length))
        {
            DrawPath(row);
            DrawPeers(row);
        }

        var rows = Math.Max(_board.Devices.Length, _board.Memory.Length);
        _picture.Line(_line, _top, _line, _top + (rows * Step) - RowGap, Ink, tip: "physical addresses");
        foreach (var (name, row) in _own)
        {
            DrawStage(name, _ownColumn, row);
        }

        foreach (var (name, row) in _bus)
        {
            _picture.Line(_busColumn.Left + _busColumn.Across, MiddleOf(row), _line, MiddleOf(row), Ink);
            DrawStage(name, _busColumn, row);
        }

        for (var row = 0; row < _board.Devices.Length; row++)
        {
            DrawDevice(_board.Devices[row], _limits[row], row);
        }

        for (var row = 0; row < _board.Memory.Length; row++)
        {
            DrawRegion(_board.Memory[row], row);
        }

        return _picture.ToString();
    }

    /// <summary>The MMUs, each with the row of the first device behind it.</summary>
    private static OrderedDictionary<string, int> RowsOf(ImmutableArray<Device> devices, Func<Device, string?> mmu)
    {
        var rows = new OrderedDictionary<string, int>();
        for (var row = 0; row < devices.Length; row++)
        {
            if (mmu(devices[row]) is { } name)
            {
                rows.TryAdd(name, row);
            }
        }

        return rows;
    }

    private static double WidestOf(params IEnumerable<double>[] texts) => texts.SelectMany(widths => widths).DefaultIfEmpty().Max() + (2 * Inset) + 1;

    /// <summary>The column of some MMUs behind another column; where there are none it takes no room.</summary>
    private (double Left, double Across) Behind((double Left, double Across) column, OrderedDictionary<string, int> stages)
    {
        var end = column.Left + column.Across;
        return stages.Count == 0 ? (end + RegionGap, 0) : (end + Gap, WidestOf(
            stages.Keys.Select(name => Lettering.WidthOf(name, isHeading: true)),
            stages.Keys.Select(name => Lettering.WidthOf(ContextsOf(name))),
            [Lettering.WidthOf(BusHeading)]));
    }

    private double TopOf(int row) => _top + (row * Step);

    private double MiddleOf(int row) => TopOf(row) + (_boxHeight / 2);

    /// <summary>Draws the path of a device to physical addresses; parts common to devices behind the same MMUs are drawn once.</summary>
    private void DrawPath(int row)
    {
        var device = _board.Devices[row];
        var tip = device.IsTranslated ? $"{device.Name}: translated"
            : device.Windows.IsEmpty ? $"{device.Name}: to {Hex(device.HighestAddress)}"
            : $"{device.Name}: sees {device.Windows}{(device.Bus is { } on ? $" over {on}" : string.Empty)}";
        var middle = MiddleOf(row);
        var left = _devices.Left + _devices.Across;
        if (device.Iommu is { } own)
        {
            _picture.Line(left, middle, _ownColumn.Left, MiddleOf(_own[own]), Ink, tip: tip);
            if (_board.Devices.Take(row).Any(before => before.Iommu == own && before.BusMmu == device.BusMmu))
            {
                return;
            }

            left = _ownColumn.Left + _ownColumn.Across;
            if (_own[own] != row && device.BusMmu is null)
            {
                _picture.Line(left, MiddleOf(_own[own]), _busColumn.Left, middle, Ink);
                left = _busColumn.Left;
            }
            else
            {
                middle = MiddleOf(_own[own]);
            }
        }
        else if (device.BusMmu is not null)
        {
            _picture.Line(left, middle, _ownColumn.Left + _ownColumn.Across, middle, Ink, tip: tip);
            left = _ownColumn.Left + _ownColumn.Across;
        }

        var (end, at) = device.BusMmu is { } bus ? (_busColumn.Left, MiddleOf(_bus[bus])) : (_line, middle);
        _picture.Line(left, middle, end, at, Ink, isDashed: !device.IsTranslated, tip);
    }

    /// <summary>Draws which memory is a device's own or that of its peers, between its row and the one above.</summary>
    private void DrawPeers(int row)
    {
        var device = _board.Devices[row];
        for (var index = 0; index < _board.Memory.Length; index++)
        {
            var region = _board.Memory[index];
            var isPeer = region.IsOfAPeer(device.Name) && device.PeerToPeer && device.HasBusTo(region);
            if (!region.IsOwnOf(device.Name) && !isPeer)
            {
                continue;
            }

            // The device's own memory and that of peers have separate lanes.
            var lane = TopOf(row) - (isPeer ? LaneStep : 2 * LaneStep);
            var (reads, writes) = (region.LetsPeers(DmaDirection.ToDevice), region.LetsPeers(DmaDirection.FromDevice));
            var verb = reads && writes ? "reaches" : writes ? "may only write" : "may only read";
            var tip = isPeer ? $"{device.Name} {verb} {region.Name} over {region.PeerBus}" : $"{region.Name} is {device.Name}'s own";
            var (left, right) = (_devices.Left + _devices.Across, _regions.Left);
            _picture.Line(left, TopOf(row) + 8, _ownColumn.Left, lane, Peer, isPeer, tip);
            _picture.Line(_ownColumn.Left, lane, _line + 8, lane, Peer, isPeer, tip);
            _picture.Line(_line + 8, lane, right, TopOf(index) + 10, Peer, isPeer, tip);
            if (isPeer && !reads)
            {
                DrawHead(right, TopOf(index) + 10, -HeadLength, tip);
            }
            else if (isPeer && !writes)
            {
                DrawHead(left, TopOf(row) + 8, HeadLength, tip);
            }
        }
    }

    /// <summary>Draws an arrowhead: data goes to where its point is.</summary>
    private void DrawHead(double x, double y, double back, string tip)
    {
        _picture.Line(x + back, y - (HeadLength / 2), x, y, Peer, tip: tip);
        _picture.Line(x + back, y + (HeadLength / 2), x, y, Peer, tip: tip);
    }

    private void DrawDevice(Device device, string limits, int row)
    {
        var top = TopOf(row);
        _picture.Box(
            _devices.Left, top, _devices.Across, _boxHeight, device.Coherent ? "#dcecf6" : "white", Ink, device.Coherent ? "coherent" : "not coherent");
        _picture.Text(_devices.Left + Inset, top + 2, device.Name, isHeading: true, across: _devices.Across);
        _picture.Text(_devices.Left + Inset, top + 20, limits, across: _devices.Across - (2 * Inset));
    }

    private void DrawStage(string name, (double Left, double Across) column, int row)
    {
        var top = TopOf(row);
        _picture.Box(column.Left, top, column.Across, _boxHeight, "#fdf1d6", Ink);
        _picture.Text(column.Left + Inset, top + 2, name, isHeading: true, across: column.Across);
        _picture.Text(column.Left + Inset, top + 20, ContextsOf(name), across: column.Across);
    }

    private void DrawRegion(MemoryRegionLayout region, int row)
    {
        var (top, middle) = (TopOf(row), MiddleOf(row));
        var fill = region.Kind is MemoryKind.System ? "#e3f3ec" : region.Kind is MemoryKind.Contiguous ? "#c9e8dc" : "#f2e4ee";
        if (NamedRegions.MayGive(default, region) || region.Kind is MemoryKind.Bounce)
        {
            _picture.Line(_line, middle, _regions.Left, middle, Ink);
        }

        _picture.Box(_regions.Left, top, _regions.Across, _boxHeight, fill, Ink);
        _picture.Text(_regions.Left + Inset, top + 2, NameOf(region), isHeading: true, across: _regions.Across);
        _picture.Text(_regions.Left + Inset, top + 20, PlaceOf(region), across: _regions.Across);
    }

    private string ContextsOf(string name) => _board.Stages.FirstOrDefault(stage => stage.Name == name) is { } known
        ? string.Create(CultureInfo.InvariantCulture, $"{known.ContextCount} {(known.ContextCount == 1 ? "context" : "contexts")}")
        : string.Empty;

    private static string NameOf(MemoryRegionLayout region) => $"{region.Name}, {Vocabulary.MemoryKinds.WordFor(region.Kind)}";

    private static string PlaceOf(MemoryRegionLayout region) => $"{Sizes.Format(region.Range.SizeBytes)} from {Hex(region.Range.Address.Value)}";

    private static IEnumerable<string> LimitsOf(Device device)
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
        return parts.OfType<string>();
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

    private static string Hex(ulong value) => string.Create(CultureInfo.InvariantCulture, $"0x{value:x}");
}
