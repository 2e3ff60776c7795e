using DmaGrains.Model.Devices;

namespace DmaGrains.Scenarios.Files;

/// <summary>Reads one device of a board file.</summary>
internal static class DeviceFields
{
    private static readonly string[] Valued =
    [
        "max_segment_size", "max_segment_count", "segment_boundary_mask", "contiguous", "dma_mask", "bus_dma_limit", "coherent",
    ];

    private static readonly string[] Known = ["name", "driver", "description", .. Valued, "sources"];

    /// <summary>The device; what its driver leaves unset is left out.</summary>
    public static Device Read(FileNode node)
    {
        var map = node.AsMap();
        map.AllowOnly(Known);
        var name = map.Required("name").AsName();
        map.Required("driver").AsLine();
        map.Required("description").AsLine();
        CheckSources(map.Optional("sources")?.AsMap());
        var device = new Device(name, ReadParameters(map))
        {
            RequiresContiguous = map.Optional("contiguous")?.AsFlag() ?? false,
            DmaMask = map.Optional("dma_mask")?.AsSize(1, ulong.MaxValue) ?? 0,
            BusDmaLimit = map.Optional("bus_dma_limit")?.AsSize(1, ulong.MaxValue) ?? 0,
            Coherent = map.Optional("coherent")?.AsFlag() ?? false,
        };
        if (device.Check() is { } refusal)
        {
            var field = refusal.Field == nameof(DeviceDmaParameters.MaxSegmentCount) ? "max_segment_count" : "segment_boundary_mask";
            throw map.PlaceOf(field).Fail(refusal, "a device that can exist");
        }

        return device;
    }

    /// <summary>Null when no limit is stated. A stated 0 is a driver that set it to 0, which only today's kernel reads as unset.</summary>
    private static DeviceDmaParameters? ReadParameters(MapNode map)
    {
        var size = map.Optional("max_segment_size");
        var count = map.Optional("max_segment_count");
        var mask = map.Optional("segment_boundary_mask");
        return size is null && count is null && mask is null
            ? null
            : new DeviceDmaParameters(
                (uint)(size?.AsSize(0, uint.MaxValue) ?? 0),
                (uint)(count?.AsCount(0, uint.MaxValue) ?? 0),
                mask?.AsSize(0, ulong.MaxValue) ?? 0);
    }

    /// <summary>Where the values come from is for readers only; each is one line.</summary>
    private static void CheckSources(MapNode? sources)
    {
        sources?.AllowOnly(Valued);
        foreach (var key in sources?.Keys ?? [])
        {
            sources!.Required(key.Value).AsLine();
        }
    }
}
