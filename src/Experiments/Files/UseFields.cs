using System.Collections.Immutable;
using DmaGrains.Experiments.Sampling;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Memory;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Experiments.Files;

/// <summary>Reads the faults and other users of memory on the boards of an experiment.</summary>
/// <param name="boards">The boards; at least one.</param>
/// <param name="where">Where it is played.</param>
/// <param name="problems">Collects problems.</param>
internal sealed class UseFields(ImmutableArray<BoardDefinition> boards, ExperimentPlace where, Problems problems)
{
    private const int Max = 1000;

    private static readonly string[] _kinds = ["crash", "hang", "revoke", "memory", "parameters"];

    // The faults that commands of importers and exporters can cause. On grains, memory cannot be taken whole while others allocate, and changed limits reach
    // silos one by one.
    private static readonly string[] _onGrains = ["crash", "hang", "revoke"];

    /// <summary>Reads the other users of memory, in file order.</summary>
    public ImmutableArray<OtherMemory> ReadOthers(FileNode node) => [.. node.AsList(Max).Select(entry => ReadOther(entry.AsMap()))];

    /// <summary>Reads the faults, in file order.</summary>
    /// <param name="node">The list.</param>
    /// <param name="streams">The names of the streams.</param>
    public ImmutableArray<FaultProcess> ReadFaults(FileNode node, IReadOnlyCollection<string> streams) =>
        [.. node.AsList(Max).Select(entry => problems.Attempt<FaultProcess>(() => ReadFault(entry.AsMap(), streams))).OfType<FaultProcess>()];

    private OtherMemory ReadOther(MapNode map)
    {
        map.AllowOnly("region", "arrivals", "size", "lifetime", "contiguous");
        return new(
            ReadRegion(map.Required("region")),
            StreamFields.ReadOpen(map.Required("arrivals").AsMap()),
            DistributionFields.OfBytes.Read(map.Required("size")),
            DistributionFields.OfTimes.Read(map.Required("lifetime")))
        {
            IsContiguous = map.Optional("contiguous")?.AsFlag() ?? false,
        };
    }

    private FaultProcess? ReadFault(MapNode map, IReadOnlyCollection<string> streams)
    {
        if (map.Keys.FirstOrDefault(key => _kinds.Contains(key.Value))?.Value is not { } kind)
        {
            return map.Wrong<FaultProcess?>($"a fault with one of the keys {Quoted.AnyOf(_kinds)}", null);
        }

        if (where == ExperimentPlace.Silo && !_onGrains.Contains(kind))
        {
            map.PlaceOf(kind).Report($"the fault '{kind}' exists in virtual time only", $"{Quoted.AnyOf(_onGrains)}, or where: model");
        }

        string[] lasting = kind is "crash" or "revoke" ? [] : ["for"];
        string[] limits = kind == "parameters" ? ["max_segment_size", "max_segment_count", "segment_boundary_mask"] : [];
        map.AllowOnly([kind, "every", .. lasting, .. limits]);
        var every = StreamFields.ReadInterval(map.Required("every"));
        var length = lasting is [var key] ? DistributionFields.OfTimes.Read(map.Required(key)) : new Distribution.Constant(0);
        var about = map.Required(kind);
        return kind switch
        {
            "crash" => new FaultProcess.Crash(ReadDevice(about), every),
            "hang" => new FaultProcess.Hang(ReadDevice(about), every, length),
            "revoke" => new FaultProcess.Revoke(about.AsNameIn("the workload has no stream", streams), every),
            "memory" => new FaultProcess.MemoryRunsOut(ReadRegion(about), every, length),
            _ => ReadParameters(map, ReadDevice(about), every, length),
        };
    }

    private FaultProcess.Parameters ReadParameters(MapNode map, string device, Distribution every, Distribution length)
    {
        var declared = DeviceFields.ReadLimits(map);
        var refusal = boards.Distinct()
            .SelectMany(board => board.Devices.Where(known => known.Name == device))
            .Select(known => (known with { Parameters = declared }).Check())
            .FirstOrDefault(refusal => refusal is not null);
        if (refusal is not null)
        {
            map.PlaceOf("parameters").Report(refusal, "limits that the device can have");
        }

        return new(device, declared, every, length);
    }

    private string ReadDevice(FileNode node) =>
        InEach(node, "device", board => board.Devices.Select(device => device.Name));

    private string ReadRegion(FileNode node) =>
        InEach(node, "region", board => board.Memory.Where(region => region.Kind.HoldsBuffers()).Select(region => region.Name));

    private string InEach(FileNode node, string what, Func<BoardDefinition, IEnumerable<string>> names) => boards.Distinct()
        .Aggregate(string.Empty, (_, board) => node.AsNameIn($"the board {board.Name} has no {what}", [.. names(board)]));
}
