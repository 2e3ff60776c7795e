using System.Collections.Immutable;
using DmaGrains.Model.Memory;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Analysis.Exploring;

/// <summary>A sequence of steps to interleave: those of an importer or of a fault.</summary>
/// <param name="Importer">Its name, device and steps; no steps when it takes memory.</param>
internal sealed record Script(Importer Importer)
{
    /// <summary>Whether it may be left out; otherwise its steps are part of every order.</summary>
    public bool IsOptional { get; init; }

    /// <summary>Whether its process may die between two steps.</summary>
    public bool MayCrash { get; init; }

    /// <summary>Whether it may hang between two steps.</summary>
    public bool MayHang { get; init; }

    /// <summary>The memory that it takes; null when it has steps instead.</summary>
    public BoardMove.TakeMemory? Takes { get; init; }

    /// <summary>A scenario's importers, then its faults.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="faults">The faults that may happen; their names exist in the scenario.</param>
    public static ImmutableArray<Script> Of(Scenario scenario, ImmutableArray<Fault> faults)
    {
        var crashes = faults.OfType<Fault.Crash>().Select(fault => fault.Importer).ToHashSet();
        var hangs = faults.OfType<Fault.Hang>().Select(fault => fault.Importer).ToHashSet();
        var names = scenario.Importers.Select(importer => importer.Name).ToHashSet();
        return
        [
            .. scenario.Importers.Select(importer => new Script(importer)
            {
                MayCrash = crashes.Contains(null) || crashes.Contains(importer.Name),
                MayHang = hangs.Contains(null) || hangs.Contains(importer.Name),
            }),
            .. faults.Select(fault => OfFault(scenario, fault, names)).OfType<Script>(),
        ];
    }

    private static Script? OfFault(Scenario scenario, Fault fault, HashSet<string> names) => fault switch
    {
        Fault.Revoke revoke => new(new Importer(
            Unused("revoke", names), null, [new(StepKind.Revoke, revoke.Buffer, default, null, false, 0)]))
        {
            IsOptional = true,
        },
        Fault.Parameters change => new(new Importer(
            Unused("parameters", names),
            change.Device,
            [new(StepKind.SetParameters, string.Empty, default, null, false, 0) { Parameters = change.Declared }]))
        {
            IsOptional = true,
        },
        Fault.MemoryRunsOut memory when RegionsOf(scenario, memory).Any() => new(new Importer(Unused("memory", names), null, []))
        {
            IsOptional = true,
            Takes = new(string.Join(' ', RegionsOf(scenario, memory))),
        },
        _ => null,
    };

    private static IEnumerable<string> RegionsOf(Scenario scenario, Fault.MemoryRunsOut memory) => scenario.Board.Memory
        .Where(region => memory.Region is null
            ? NamedRegions.MayGive(default, region)
                || scenario.Buffers.Any(buffer => buffer.Memory.IsEmpty && NamedRegions.MayGive(scenario.Board.MemoryOf(buffer), region))
            : region.Name == memory.Region)
        .Select(region => region.Name);

    private static string Unused(string name, HashSet<string> names)
    {
        var unused = name;
        for (var number = 2; !names.Add(unused); number++)
        {
            unused = $"{name}-{number}";
        }

        return unused;
    }
}
