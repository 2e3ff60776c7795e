using System.Collections.Immutable;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;

namespace DmaGrains.Scenarios.Files;

/// <summary>Reads a board from a YAML file; <c>schemas/board.schema.json</c> describes the format.</summary>
public static class BoardFile
{
    /// <summary>Reads a board.</summary>
    /// <param name="path">The file, at most 1 MiB.</param>
    /// <exception cref="FileFormatException">The file cannot be read, or is no board that can exist.</exception>
    public static BoardDefinition Read(string path)
    {
        var root = NodeTree.Read(path);
        root.AllowOnly("name", "title", "memory", "devices");
        var name = root.Required("name").AsName();
        var title = root.Required("title").AsLine();
        var memory = ReadMemory(root.Required("memory").AsList(PhysicalMemory.RegionsMax));
        var devices = ReadDevices(root.Required("devices").AsList(BoardDefinition.DevicesMax));
        var board = new BoardDefinition(name, title, memory, devices);

        return board.Check() is { } refusal
            ? throw root.Place.Fail(refusal, "a board that can exist")
            : board;
    }

    private static ImmutableArray<MemoryRegionLayout> ReadMemory(ImmutableArray<FileNode> nodes)
    {
        var regions = ImmutableArray.CreateBuilder<MemoryRegionLayout>();
        foreach (var node in nodes)
        {
            var region = RegionFields.Read(node);
            regions.Add(region);
            if (PhysicalMemory.Check(regions) is { } refusal)
            {
                throw node.Place.Fail(refusal, "regions with different names and pages");
            }
        }

        return regions.ToImmutable();
    }

    private static ImmutableArray<Device> ReadDevices(ImmutableArray<FileNode> nodes)
    {
        var devices = ImmutableArray.CreateBuilder<Device>(nodes.Length);
        var names = new HashSet<string>();
        foreach (var node in nodes)
        {
            var device = DeviceFields.Read(node);
            if (!names.Add(device.Name))
            {
                var place = node.AsMap().PlaceOf("name");
                throw place.Fail($"two devices are named {device.Name}", "a name of its own for each");
            }

            devices.Add(device);
        }

        return devices.MoveToImmutable();
    }
}
