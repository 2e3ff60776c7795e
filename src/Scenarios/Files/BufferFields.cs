using System.Collections.Immutable;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Policies;

namespace DmaGrains.Scenarios.Files;

/// <summary>Reads the buffers of a scenario file.</summary>
internal static class BufferFields
{
    /// <summary>The buffers, in the order of the file.</summary>
    public static ImmutableArray<BufferExport> ReadAll(
        ImmutableArray<FileNode> nodes, IReadOnlySet<string> devices, DmaGetters getters, ExporterPolicy policy)
    {
        var buffers = ImmutableArray.CreateBuilder<BufferExport>(nodes.Length);
        var names = new HashSet<string>();
        foreach (var map in nodes.Select(node => node.AsMap()))
        {
            var buffer = Read(map, devices, getters, policy);
            if (!names.Add(buffer.Name))
            {
                throw map.PlaceOf("name").Fail($"two buffers are named {buffer.Name}", "a name of its own for each");
            }

            buffers.Add(buffer);
        }

        return buffers.MoveToImmutable();
    }

    private static BufferExport Read(
        MapNode map, IReadOnlySet<string> devices, DmaGetters getters, ExporterPolicy policy)
    {
        map.AllowOnly("name", "size", "exporter", "policy");
        var name = map.Required("name").AsName();
        if (Words.Directions.ContainsKey(name))
        {
            throw map.PlaceOf("name").Fail($"a buffer is named {name}", "a name that is no direction");
        }

        var size = map.Required("size").AsSize(1, BufferExport.SizeBytesMax);
        var exporter = map.Optional("exporter")?.AsDevice(devices);
        var buffer = new BufferExport(name, size, exporter, getters)
        {
            Policy = map.Optional("policy") is { } own ? PolicyFields.Read(own) : policy,
        };
        return buffer.Check() is { } refusal ? throw map.Place.Fail(refusal, "a buffer that can exist") : buffer;
    }
}
