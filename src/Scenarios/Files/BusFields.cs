using System.Collections.Immutable;
using DmaGrains.Model.Devices;

namespace DmaGrains.Scenarios.Files;

/// <summary>Reads the buses of a board file, and windows.</summary>
internal static class BusFields
{
    /// <summary>The buses by name, and how each sees memory.</summary>
    public static Dictionary<string, DmaWindows> ReadAll(ImmutableArray<FileNode> nodes, Problems problems)
    {
        var buses = new Dictionary<string, DmaWindows>();
        foreach (var map in nodes.Select(node => node.AsMap()))
        {
            var before = problems.Count;
            map.AllowOnly("name", "windows", "source");
            var name = map.Required("name").AsName();
            map.Optional("source")?.AsLine();
            var windows = map.Optional("windows") is { } list ? ReadWindows(list) : default;
            if (problems.Count == before && windows.Check(name) is { } refusal)
            {
                map.PlaceOf("windows").Report(refusal, "windows that a bus can have");
            }

            if (!buses.TryAdd(name, windows) && name.Length != 0)
            {
                map.PlaceOf("name").Report($"two buses are named {name}", "a different name for each");
            }
        }

        return buses;
    }

    /// <summary>Windows: where each begins for the CPU and on the bus, and its bytes. The rest is checked with the device or bus.</summary>
    public static DmaWindows ReadWindows(FileNode node) => new(node.AsList(DmaWindows.Max).Select(entry => entry.AsMap()).Select(map =>
    {
        map.AllowOnly("cpu", "bus", "size");
        return new DmaWindow(
            map.Required("cpu").AsSize(0, ulong.MaxValue),
            map.Required("bus").AsSize(0, ulong.MaxValue),
            map.Required("size").AsSize(1, ulong.MaxValue));
    }));
}
