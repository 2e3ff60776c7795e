using System.Collections.Immutable;
using DmaGrains.Model.Translation;
using DmaGrains.Reports;

namespace DmaGrains.Scenarios.Files;

/// <summary>Reads the MMUs of a board file.</summary>
internal static class IommuFields
{
    /// <summary>The granule of an MMU that states none, in bytes.</summary>
    private const uint DefaultGranuleBytes = 4096;

    /// <summary>The MMUs, in the order of the file.</summary>
    public static ImmutableArray<StatedIommu> ReadAll(ImmutableArray<FileNode> nodes, Problems problems)
    {
        var stages = ImmutableArray.CreateBuilder<StatedIommu>(nodes.Length);
        var names = new HashSet<string>();
        foreach (var map in nodes.Select(node => node.AsMap()))
        {
            var stage = Read(map, problems);
            if (stage.Name.Length != 0 && !names.Add(stage.Name))
            {
                map.PlaceOf("name").Report($"two MMUs are named {stage.Name}", "a different name for each");
            }

            stages.Add(new(stage, map.Optional("enabled")?.AsFlag() ?? true));
        }

        return stages.MoveToImmutable();
    }

    private static IommuStage Read(MapNode map, Problems problems)
    {
        var before = problems.Count;
        map.AllowOnly(
            "name", "granule", "first", "last", "policy", "alignment", "reuse", "caches", "owner", "contexts", "reserved", "output_limit", "enabled", "source");
        var name = map.Required("name").AsName();
        var first = new Iova(map.Required("first").AsSize(0, ulong.MaxValue));
        var last = new Iova(map.Required("last").AsSize(0, ulong.MaxValue));
        map.Optional("source")?.AsLine();
        var layout = new IovaSpaceLayout(
            first,
            last,
            map.Optional("granule") is { } granule ? GranuleOf(granule) : DefaultGranuleBytes,
            map.Optional("policy")?.AsChoice(Vocabulary.IovaPolicies) ?? default,
            map.Optional("alignment")?.AsChoice(Vocabulary.IovaAlignments) ?? default,
            map.Optional("reuse")?.AsChoice(Vocabulary.IovaReuses) ?? default)
        {
            Caches = map.Optional("caches")?.AsFlag() ?? false,
            Reserved = map.Optional("reserved") is { } windows ? ReservedOf(windows) : [],
        };
        var stage = new IommuStage(name, layout)
        {
            Owner = map.Optional("owner")?.AsChoice(Vocabulary.StageOwners) ?? default,
            ContextCount = (uint)(map.Optional("contexts")?.AsCount(1, IommuStage.ContextsMax) ?? 1),
            OutputLimit = map.Optional("output_limit")?.AsSize(1, ulong.MaxValue) ?? 0,
        };
        if (problems.Count == before && stage.Check() is { } refusal)
        {
            map.PlaceOf(refusal.Field == nameof(IovaSpaceLayout.Caches) ? "caches" : "last").Report(refusal, "an MMU that can exist");
        }

        return stage;
    }

    private static uint GranuleOf(FileNode node)
    {
        var bytes = (uint)node.AsSize(1, uint.MaxValue);
        return Granule.IsValid(bytes) ? bytes : node.Wrong(Granule.Expected, DefaultGranuleBytes);
    }

    /// <summary>Windows by start and size; they may overlap.</summary>
    private static ImmutableArray<IovaRange> ReservedOf(FileNode node)
    {
        var windows = ImmutableArray.CreateBuilder<IovaRange>();
        foreach (var map in node.AsList(IovaSpaceLayout.ReservedMax).Select(entry => entry.AsMap()))
        {
            map.AllowOnly("start", "size");
            var start = map.Required("start").AsSize(0, ulong.MaxValue);
            // A window may end at 2^64, but the size of the whole address space does not fit 64 bits.
            var most = start == 0 ? ulong.MaxValue : ulong.MaxValue - start + 1;
            windows.Add(new(new(start), map.Required("size").AsSize(1, most)));
        }

        return windows.ToImmutable();
    }
}
