using DmaGrains.Model;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Reports;

namespace DmaGrains.Scenarios.Files;

/// <summary>Reads one device of a board file.</summary>
internal static class DeviceFields
{
    /// <summary>The most streams of a device.</summary>
    private const int StreamsMax = 64;

    private const string NoSuchMmu = "the board has no MMU";

    private static readonly string[] _valued =
    [
        "max_segment_size", "max_segment_count", "segment_boundary_mask", "contiguous", "dma_mask", "bus_dma_limit",
        "windows", "coherent", "iommu", "streams", "bus_mmu", "needs_struct_page", "trusted", "peer_to_peer", "peer_bus", "segments_per_line", "never_exports", "own_area", "pci", "min_align_mask",
        .. ListLimit.All.Select(KeyOf), "preferred_segment_size",
    ];

    private static readonly string[] _known = ["name", "driver", "description", "bus", .. _valued, "sources"];

    /// <summary>Reads the device; keys that are left out are unset by its driver.</summary>
    /// <param name="node">The device's entry.</param>
    /// <param name="stages">The names of the board's MMUs.</param>
    /// <param name="buses">The board's buses, and how each sees memory.</param>
    /// <param name="problems">Collects problems.</param>
    /// <param name="use">The MMUs that it names as its own, and its streams.</param>
    public static Device Read(
        FileNode node, IReadOnlySet<string> stages, IReadOnlyDictionary<string, StatedBus> buses, Problems problems, out IommuUse use)
    {
        var before = problems.Count;
        var map = node.AsMap();
        map.AllowOnly(_known);
        var name = map.Required("name").AsName();
        map.Optional("driver")?.AsLine();
        map.Optional("description")?.AsLine();
        CheckSources(map.Optional("sources")?.AsMap());
        var bus = map.Optional("bus")?.AsNameIn("the board has no bus", buses.Keys.ToHashSet());
        var device = new Device(name, ReadParameters(map))
        {
            RequiresContiguous = map.Optional("contiguous")?.AsFlag() ?? false,
            DmaMask = map.Optional("dma_mask")?.AsSize(1, ulong.MaxValue) ?? 0,
            BusDmaLimit = map.Optional("bus_dma_limit")?.AsSize(1, ulong.MaxValue) ?? 0,
            Bus = bus,
            Windows = WindowsOf(map, bus is null ? null : buses.GetValueOrDefault(bus)?.Windows ?? default(DmaWindows)),
            Coherent = map.Optional("coherent")?.AsFlag() ?? false,
            Iommu = (use = UseOf(map, stages)).Iommus.IsEmpty ? null : use.Iommus.Names[0],
            BusMmu = map.Optional("bus_mmu")?.AsNameIn(NoSuchMmu, stages),
            NeedsStructPage = map.Optional("needs_struct_page")?.AsFlag() ?? false,
            Trusted = map.Optional("trusted")?.AsFlag() ?? false,
            PeerToPeer = map.Optional("peer_to_peer")?.AsFlag() ?? false,
            PeerBus = map.Optional("peer_bus")?.AsName(),
            MinAlignMask = (uint)(map.Optional("min_align_mask")?.AsSize(0, uint.MaxValue) ?? 0),
            Pci = map.Optional("pci")?.AsFlag() ?? false,
            NeverExports = map.Optional("never_exports")?.AsFlag() ?? false,
            OwnAreaByName = !(map.Optional("own_area")?.AsFlag() ?? true),
            SegmentsPerLine = map.Optional("segments_per_line")?.AsFlag() ?? false,
            PreferredSegmentSize = (uint)(map.Optional("preferred_segment_size")?.AsSize(0, uint.MaxValue) ?? 0),
            Limits = LimitsOf(map),
        };
        if (problems.Count == before && device.Check() is { } refusal)
        {
            var key = refusal.Field switch
            {
                nameof(DeviceDmaParameters.MaxSegmentCount) => "max_segment_count",
                nameof(Device.Windows) => "windows",
                nameof(Device.MinAlignMask) => "min_align_mask",
                _ => "segment_boundary_mask",
            };
            map.PlaceOf(key).Report(refusal, "a device that can exist");
        }

        return device;
    }

    private static IommuUse UseOf(MapNode map, IReadOnlyCollection<string> stages)
    {
        var use = new IommuUse(map.Optional("iommu")?.AsNamesIn(NoSuchMmu, stages) ?? default, StreamsOf(map.Optional("streams")));
        if (use.Iommus.IsEmpty && !use.Streams.IsEmpty)
        {
            map.PlaceOf("streams").Report("a device has the key 'streams' and not the key 'iommu'", "the MMU that knows it by these streams");
        }

        return use;
    }

    private static NameList StreamsOf(FileNode? node)
    {
        var streams = (node?.AsList(StreamsMax) ?? []).Select(entry => entry.AsLine(ModelName.LengthMax)).ToList();
        if (streams.GroupBy(stream => stream).FirstOrDefault(group => group.Count() > 1) is { Key: { Length: > 0 } twice })
        {
            node!.Place.Report($"streams has {Quoted.Text(twice)} twice", "each stream once");
        }

        return new(streams.Distinct());
    }

    /// <summary>The key of a further limit in files.</summary>
    public static string KeyOf(ListLimit limit) => Vocabulary.Spelt(limit.Field);

    private static ListLimits LimitsOf(MapNode map)
    {
        var limits = default(ListLimits);
        foreach (var limit in ListLimit.All)
        {
            if (map.Optional(KeyOf(limit)) is { } stated)
            {
                limits = limits.With(limit, ReadLimit(limit, stated));
            }
        }

        return limits;
    }

    private static ulong ReadLimit(ListLimit limit, FileNode node)
    {
        var value = node.AsSize(0, ulong.MaxValue);
        return limit.Expecting(value) is { } expected && value != 0 ? node.Wrong(expected, 0UL) : value;
    }

    /// <summary>The windows of a device: its own, or those of its bus.</summary>
    private static DmaWindows WindowsOf(MapNode map, DmaWindows? ofBus)
    {
        if (map.Optional("windows") is not { } windows)
        {
            return ofBus ?? default;
        }

        if (ofBus is not null)
        {
            windows.Place.Report("a device has both the key 'bus' and the key 'windows'", "one of them: the windows of a bus are stated with the bus");
        }

        return BusFields.ReadWindows(windows);
    }

    /// <summary>Reads and checks a device's limits alone, for a driver that changes them.</summary>
    public static DeviceDmaParameters? ReadParameters(FileNode node)
    {
        var map = node.AsMap();
        map.AllowOnly("max_segment_size", "max_segment_count", "segment_boundary_mask");
        return ReadLimits(map);
    }

    /// <summary>Reads a device's limits among other keys.</summary>
    public static DeviceDmaParameters? ReadLimits(MapNode map)
    {
        var parameters = ReadParameters(map);
        return new Device(StepKind.SetParameters.Verb(), parameters).Check() is { } refusal
            ? throw map.PlaceOf("segment_boundary_mask").Fail(refusal, "a device that can exist")
            : parameters;
    }

    /// <summary>Null when no limit is stated. A stated 0 is kept, because only the current kernel reads it as unset.</summary>
    private static DeviceDmaParameters? ReadParameters(MapNode map)
    {
        var size = map.Optional("max_segment_size");
        var count = map.Optional("max_segment_count");
        var mask = map.Optional("segment_boundary_mask");
        return size is null && count is null && mask is null
            ? null
            : new DeviceDmaParameters(
                size?.AsSegmentSize() ?? 0,
                (uint)(count?.AsCount(0, uint.MaxValue) ?? 0),
                mask?.AsSize(0, ulong.MaxValue) ?? 0);
    }

    /// <summary>Checks the sources of values, which are lines of text for readers only.</summary>
    private static void CheckSources(MapNode? sources)
    {
        sources?.AllowOnly(_valued);
        foreach (var key in sources?.Keys ?? [])
        {
            sources!.Required(key.Value).AsLine();
        }
    }
}
