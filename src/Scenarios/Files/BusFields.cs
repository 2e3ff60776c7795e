using System.Collections.Immutable;
using DmaGrains.Model.Devices;

namespace DmaGrains.Scenarios.Files;

/// <summary>A bus of a board file.</summary>
/// <param name="Windows">How it sees memory.</param>
/// <remarks>A record, as all that boards are read into is: code for dictionaries and lists of structs of ours is not compiled ahead.</remarks>
internal sealed record StatedBus(DmaWindows Windows);

/// <summary>Reads the buses of a board file, and windows.</summary>
internal static class BusFields
{
    /// <summary>The buses by name.</summary>
    public static Dictionary<string, StatedBus> ReadAll(ImmutableArray<FileNode> nodes, Problems problems)
    {
        var buses = new Dictionary<string, StatedBus>();
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

            if (!buses.TryAdd(name, new(windows)) && name.Length != 0)
            {
                map.PlaceOf("name").Report($"two buses are named {name}", "a different name for each");
            }
        }

        return buses;
    }

    /// <summary>Windows: where each begins for the CPU and on the bus, and its bytes. The rest is checked with the device or bus.</summary>
    public static DmaWindows ReadWindows(FileNode node)
    {
        var entries = node.AsList(DmaWindows.Max);
        var windows = new DmaWindow[entries.Length];
        for (var index = 0; index < windows.Length; index++)
        {
            var map = entries[index].AsMap();
            map.AllowOnly("cpu", "bus", "size");
            windows[index] = new(
                map.Required("cpu").AsSize(0, ulong.MaxValue),
                map.Required("bus").AsSize(0, ulong.MaxValue),
                map.Required("size").AsSize(1, ulong.MaxValue));
        }

        return new(windows);
    }
}
