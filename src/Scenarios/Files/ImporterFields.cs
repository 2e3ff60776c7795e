using System.Collections.Immutable;

namespace DmaGrains.Scenarios.Files;

/// <summary>Reads the importers of a scenario file, with their steps.</summary>
internal static class ImporterFields
{
    /// <summary>The importers, in the order of the file.</summary>
    public static ImmutableArray<Importer> ReadAll(
        ImmutableArray<FileNode> nodes, IReadOnlySet<string> devices, StepFields steps, Problems problems)
    {
        var importers = ImmutableArray.CreateBuilder<Importer>(nodes.Length);
        var names = new HashSet<string>();
        var stepsLeft = ScenarioFile.StepsMax;
        foreach (var map in nodes.Select(node => node.AsMap()))
        {
            var importer = Read(map, devices, steps, problems);
            if (importer.Name.Length != 0 && !names.Add(importer.Name))
            {
                map.PlaceOf("name").Report($"two importers are named {importer.Name}", "a different name for each");
            }

            stepsLeft -= importer.Steps.Length;
            if (stepsLeft < 0)
            {
                // Further steps would only repeat the problem.
                map.PlaceOf("steps").Report($"there are more than {ScenarioFile.StepsMax} steps", "fewer steps of all importers");
                return [];
            }

            importers.Add(importer);
        }

        return importers.MoveToImmutable();
    }

    private static Importer Read(MapNode map, IReadOnlySet<string> devices, StepFields steps, Problems problems)
    {
        map.AllowOnly("name", "device", "steps");
        var name = map.Required("name").AsName();
        var device = map.Optional("device")?.AsDevice(devices);
        var read = ImmutableArray.CreateBuilder<Step>();
        foreach (var node in map.Required("steps").AsList(ScenarioFile.StepsMax))
        {
            if (problems.Attempt(() => steps.Read(node)) is not { } step)
            {
                continue;
            }

            if (device is null && step.Kind.NeedsDevice())
            {
                var others = StepKinds.Verbs.Where(verb => !verb.Value.NeedsDevice()).Select(verb => verb.Key).ToList();
                node.Place.Report(
                    $"{name} has no device and cannot {step.Kind.Verb()}", $"a device for it, or {Quoted.AnyOf(others)}");
            }

            read.Add(step);
        }

        return new(name, device, read.ToImmutable());
    }

    /// <summary>A device of the board.</summary>
    public static string AsDevice(this FileNode node, IReadOnlySet<string> devices) =>
        node.AsNameIn("the board has no device", devices);
}
