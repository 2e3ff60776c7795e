using System.Collections.Immutable;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Policies;
using DmaGrains.Reports;

namespace DmaGrains.Scenarios.Files;

/// <summary>Reads the buffers of a scenario file.</summary>
/// <param name="board">The scenario's board.</param>
/// <param name="getters">How unset parameters of importers are read; null for the policies' choice.</param>
/// <param name="policy">The policy of a buffer that states none.</param>
/// <param name="problems">Collects problems.</param>
internal sealed class BufferFields(BoardDefinition board, FileNode? getters, ExporterPolicy policy, Problems problems)
{
    private readonly HashSet<string> _devices = [.. board.Devices.Select(device => device.Name)];
    private readonly ParameterDefaults? _getters = getters?.AsChoice(Vocabulary.Getters);
    private readonly HashSet<string> _regions = [.. board.Memory.Select(region => region.Name)];

    /// <summary>The buffers, in the order of the file.</summary>
    public ImmutableArray<BufferExport> ReadAll(ImmutableArray<FileNode> nodes)
    {
        var buffers = ImmutableArray.CreateBuilder<BufferExport>(nodes.Length);
        var names = new HashSet<string>();
        foreach (var map in nodes.Select(node => node.AsMap()))
        {
            var buffer = Read(map);
            if (buffer.Name.Length != 0 && !names.Add(buffer.Name))
            {
                map.PlaceOf("name").Report($"two buffers are named {buffer.Name}", "a different name for each");
            }

            buffers.Add(buffer);
        }

        return buffers.MoveToImmutable();
    }

    private BufferExport Read(MapNode map)
    {
        var before = problems.Count;
        map.AllowOnly("name", "size", "exporter", "policy", "memory", "lines");
        var name = map.Required("name").AsName();
        if (Vocabulary.Directions.ContainsKey(name))
        {
            map.PlaceOf("name").Report($"a buffer is named {name}", "a name that is not a direction");
        }

        var size = map.Required("size").AsSize(1, BufferExport.SizeBytesMax);
        var exporter = map.Optional("exporter")?.AsDevice(_devices);
        var buffer = new BufferExport(name, size, exporter, _getters)
        {
            Policy = map.Optional("policy") is { } own ? PolicyFields.Read(own) : policy,
            Memory = map.Optional("memory")?.AsNamesIn("the board has no region", _regions) ?? default,
            Lines = map.Optional("lines") is { } lines ? ReadLines(lines.AsMap()) : null,
        };
        if (problems.Count == before && board.CheckExport(buffer) is { } refusal)
        {
            PlaceAtFault(map, refusal.Field).Report(refusal, "a buffer that can exist");
        }

        return buffer;
    }

    /// <summary>The lines of a video frame; without a stride they are adjacent.</summary>
    private static VideoLines ReadLines(MapNode map)
    {
        map.AllowOnly("height", "bytes_per_line", "stride", "offset");
        var height = (uint)map.Required("height").AsCount(1, uint.MaxValue);
        var bytesPerLine = (uint)map.Required("bytes_per_line").AsSize(1, uint.MaxValue);
        var stride = (uint?)map.Optional("stride")?.AsSize(bytesPerLine, uint.MaxValue) ?? bytesPerLine;
        return new(height, bytesPerLine, stride, (uint)(map.Optional("offset")?.AsSize(0, uint.MaxValue) ?? 0));
    }

    private Place PlaceAtFault(MapNode map, string? field) => field switch
    {
        nameof(BufferExport.Getters) => getters!.Place,
        nameof(BufferExport.Memory) => map.PlaceOf("memory"),
        nameof(BufferExport.Lines) => map.PlaceOf("lines"),
        nameof(Device.NeverExports) or nameof(BoardDefinition.BouncePool) => map.PlaceOf("exporter"),
        _ => map.Place,
    };
}
