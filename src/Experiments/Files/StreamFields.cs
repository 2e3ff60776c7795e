using System.Collections.Immutable;
using DmaGrains.Experiments.Sampling;
using DmaGrains.Model;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Policies;
using DmaGrains.Reports;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Experiments.Files;

/// <summary>Reads the workload of an experiment.</summary>
/// <param name="boards">The boards of the experiment; at least one.</param>
/// <param name="policy">The policy of a stream that states none.</param>
/// <param name="recordings">Reads the recordings that streams replay.</param>
/// <param name="problems">Collects problems.</param>
internal sealed class StreamFields(
    ImmutableArray<BoardDefinition> boards, ExporterPolicy policy, RecordingFields recordings, Problems problems)
{
    /// <summary>The most streams.</summary>
    public const int StreamsMax = 1000;

    /// <summary>The most buffers of a pool.</summary>
    public const int PoolMax = 64;

    // A buffer is named after its stream, with its number.
    private const int NameLengthMax = 32;

    private const int ImportersMax = 64;

    private static readonly Vocabulary<bool> _mappings = new() { ["hold"] = false, ["per-use"] = true };
    private static readonly Vocabulary<bool> _attaching = new() { ["eager"] = false, ["lazy"] = true };
    private static readonly Vocabulary<bool> _whenFull = new() { ["refuse"] = false, ["wait"] = true };

    private readonly ImmutableHashSet<string> _devices = boards.Distinct()
        .Select(board => board.Devices.Select(device => device.Name).ToImmutableHashSet())
        .Aggregate((one, other) => one.Intersect(other));

    private readonly ImmutableHashSet<string> _regions = boards.Distinct()
        .Select(board => board.Memory.Select(region => region.Name).ToImmutableHashSet())
        .Aggregate((one, other) => one.Intersect(other));

    /// <summary>The streams, in the order of the file.</summary>
    public ImmutableArray<BufferStream> ReadAll(FileNode node)
    {
        var streams = ImmutableArray.CreateBuilder<BufferStream>();
        var names = new HashSet<string>();
        foreach (var map in node.AsList(StreamsMax).Select(entry => entry.AsMap()))
        {
            var stream = Read(map);
            if (stream.Name.Length != 0 && !names.Add(stream.Name))
            {
                map.PlaceOf("name").Report($"two streams are named {stream.Name}", "a different name for each");
            }

            streams.Add(stream);
        }

        return streams.ToImmutable();
    }

    private BufferStream Read(MapNode map)
    {
        var before = problems.Count;
        map.AllowOnly(
            "name", "arrivals", "size", "lifetime", "importers", "exporter", "memory", "policy", "mapping", "uses", "first-use", "attach", "pool",
            "when-full", "devices");
        var name = map.Required("name").AsName();
        if (name.Length > NameLengthMax)
        {
            map.PlaceOf("name").Report($"the name of a stream has {name.Length} characters", $"at most {NameLengthMax}: its buffers are named after it");
        }

        var stream = ReadBuffers(name, map) with
        {
            Exporter = map.Optional("exporter")?.AsNameIn(Nobody("device"), _devices),
            Memory = map.Optional("memory")?.AsNamesIn(Nobody("region"), _regions) ?? default,
            Policy = map.Optional("policy") is { } own ? PolicyFields.Read(own) : policy,
            Uses = ReadUses(map),
            AttachesLazily = map.Optional("attach")?.AsChoice(_attaching) ?? false,
            Pool = (int)(map.Optional("pool")?.AsCount(1, PoolMax) ?? 1),
            Waits = map.Optional("when-full")?.AsChoice(_whenFull) ?? false,
        };
        if (problems.Count == before && CheckExport(stream) is { } refusal)
        {
            map.PlaceOf(KeyAtFault(refusal.Field)).Report(refusal, "buffers that can exist");
        }

        return stream;
    }

    /// <summary>Reads arrivals, sizes, lifetimes and importers of buffers.</summary>
    private BufferStream ReadBuffers(string name, MapNode map)
    {
        var arrivals = map.Required("arrivals").AsMap();
        if (arrivals.Optional("recording") is { } recording)
        {
            arrivals.AllowOnly("recording");
            return ReadRecorded(name, map, recording);
        }

        map.Optional("devices")?.Place.Report("the key 'devices' stands without a recording", "arrivals: {recording: FILE}, or no devices");
        return new(
            name,
            ReadArrivals(arrivals),
            DistributionFields.OfBytes.Read(map.Required("size")),
            DistributionFields.OfTimes.Read(map.Required("lifetime")),
            ReadImporters(map.Required("importers")))
        {
            FirstUse = map.Optional("first-use") is { } first ? DistributionFields.OfTimes.Read(first) : new Distribution.Constant(0),
        };
    }

    /// <summary>Reads a stream that replays a recording; what the stream states overrides the recording.</summary>
    private BufferStream ReadRecorded(string name, MapNode map, FileNode file)
    {
        foreach (var key in new[] { "pool", "first-use" })
        {
            map.Optional(key)?.Place.Report($"the key '{key}' stands beside a recording", $"no {key}: buffers are used as they were recorded");
        }

        var importers = map.Optional("importers");
        var (arrivals, sets) = recordings.Read(file, map.Optional("devices")?.AsMap(), _devices, isWithImporters: importers is null);
        var size = map.Optional("size") is { } bytes ? DistributionFields.OfBytes.Read(bytes) : null;
        var lifetime = map.Optional("lifetime") is { } time ? DistributionFields.OfTimes.Read(time) : null;
        return new(name, arrivals, size, lifetime, importers is null ? sets : ReadImporters(importers));
    }

    /// <summary>The part of a message that something is missing on the boards.</summary>
    private string Nobody(string what) => boards.Distinct().Count() == 1 ? $"the board has no {what}" : $"not every board has the {what}";

    private Refusal? CheckExport(BufferStream stream)
    {
        var export = new BufferExport(stream.Name, Page.SizeBytes, stream.Exporter) { Policy = stream.Policy, Memory = stream.Memory };
        return boards.Distinct().Select(board => board.CheckExport(export)).FirstOrDefault(refusal => refusal is not null);
    }

    private static string KeyAtFault(string? field) => field switch
    {
        nameof(BufferExport.Memory) => "memory",
        nameof(Device.NeverExports) or nameof(BoardDefinition.BouncePool) => "exporter",
        _ => "policy",
    };

    private static StreamArrivals ReadArrivals(MapNode map)
    {
        map.AllowOnly("poisson", "constant", "bursts", "recording", "clients", "think");
        if (map.Optional("clients") is { } clients)
        {
            map.AllowOnly("clients", "think");
            return new StreamArrivals.Closed((uint)clients.AsCount(1, StreamArrivals.Closed.ClientsMax), ReadInterval(map.Required("think")));
        }

        return new StreamArrivals.Open(ReadOpen(map, "poisson, constant, bursts and recording, or clients with think"));
    }

    /// <summary>Reads an arrival process that is independent of earlier buffers.</summary>
    /// <param name="map">The mapping.</param>
    /// <param name="keys">The possible keys, for messages.</param>
    public static Arrivals ReadOpen(MapNode map, string keys = "poisson, constant and bursts")
    {
        if (map.Optional("poisson") is { } poisson)
        {
            map.AllowOnly("poisson");
            return new Arrivals.Poisson(poisson.AsRate());
        }

        if (map.Optional("constant") is { } constant)
        {
            map.AllowOnly("constant");
            return new Arrivals.Constant(constant.AsRate());
        }

        if (map.Optional("bursts") is not { } bursts)
        {
            _ = map.Wrong($"one of the keys {keys}", 0);
            return new Arrivals.Constant(1);
        }

        map.AllowOnly("bursts");
        var fields = bursts.AsMap();
        fields.AllowOnly("size", "every");
        return new Arrivals.Bursts((uint)fields.Required("size").AsCount(1, uint.MaxValue), fields.Required("every").AsTime(1));
    }

    /// <summary>Reads the time between events, which must be positive on average, or time would stand still.</summary>
    public static Distribution ReadInterval(FileNode node)
    {
        var interval = DistributionFields.OfTimes.Read(node);
        if (interval.Mean < 1)
        {
            node.Place.Report($"{node.Label} takes no time", "a time above 0");
        }

        return interval;
    }

    private static BufferUses? ReadUses(MapNode map)
    {
        var isPerUse = map.Optional("mapping")?.AsChoice(_mappings) ?? false;
        if (!isPerUse)
        {
            map.Optional("uses")?.Place.Report("the key 'uses' stands without mapping: per-use", "that mapping, or no uses");
            return null;
        }

        var uses = map.Required("uses").AsMap();
        uses.AllowOnly("every", "for");
        return new(
            ReadInterval(uses.Required("every")),
            uses.Optional("for") is { } length ? DistributionFields.OfTimes.Read(length) : new Distribution.Constant(0));
    }

    private WeightedChoice<ImporterSet> ReadImporters(FileNode node)
    {
        ImmutableArray<Weighted<ImporterSet>> sets = node is MapNode map && Only(map, "choose")
            ? DistributionFields.ReadChoices(map.Required("choose"), ReadSet)
            : [new(ReadSet(node), 1)];
        var choice = new WeightedChoice<ImporterSet>(sets);
        if (!sets.IsEmpty && choice.Check() is { } misfit)
        {
            node.Place.Report($"the weights of importers cannot be: {misfit.Field} is wrong", misfit.Expected);
        }

        return choice;
    }

    private static bool Only(MapNode map, string key)
    {
        map.AllowOnly(key);
        return true;
    }

    private ImporterSet ReadSet(FileNode node)
    {
        var importers = ImmutableArray.CreateBuilder<StreamImporter>();
        foreach (var entry in node is TextNode ? [node] : node.AsList(ImportersMax))
        {
            var words = entry is TextNode text ? text.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries) : [];
            if (words.Length is not (1 or 2) || (words.Length == 2 && !Vocabulary.Directions.ContainsKey(words[1])))
            {
                _ = entry.Wrong($"a device, or a device and a direction, such as 'vc4 to-device': {Quoted.AnyOf(Vocabulary.Directions.Keys)}", 0);
                continue;
            }

            var device = new TextNode(entry.Label, entry.Place, words[0], isPlain: true).AsNameIn(Nobody("device"), _devices);
            if (importers.Any(known => known.Device == device) && device.Length != 0)
            {
                entry.Place.Report($"{device} imports the same buffer twice", "each device once");
            }

            importers.Add(new(device, words.Length == 2 ? Vocabulary.Directions[words[1]] : DmaDirection.Bidirectional));
        }

        return new(importers.ToImmutable());
    }
}
