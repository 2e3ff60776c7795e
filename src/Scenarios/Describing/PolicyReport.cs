using System.Collections.Immutable;
using DmaGrains.Model.Policies;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Scenarios.Describing;

/// <summary>A named policy.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shows">What an exporter with it does.</param>
/// <param name="Choices">The choices that it stands for, as a scenario file says them.</param>
public sealed record PolicyReport(string Name, string Shows, string Choices)
{
    private static readonly ImmutableDictionary<string, string> _shows = ImmutableDictionary.CreateRange<string, string>(
    [
        new("refuse", "Allocates at the first map, for everybody attached; who comes later and cannot use the storage is refused. The thread's design, and the default."),
        new("deny-after-map", "Refuses everybody who comes while the buffer is mapped."),
        new("resplit", "Cuts a list of its own for a late importer, of the same pages, where that is enough."),
        new("migrate", "Moves the storage for a late importer, when nobody has it mapped."),
        new("accept", "Lets late importers in; what breaks is a hazard."),
        new("flags", "Looks at one thing only: whether an importer takes nothing but contiguous memory."),
        new("size-only", "Looks at the longest segment alone."),
        new("count-only", "Looks at the number of segments alone."),
        new("own-lists", "Cuts a list for each importer by its own limits."),
        new("translated", "Asks for no contiguous pages for a device behind an MMU, which joins them."),
        new("first-attach", "Allocates at the first attach, for whoever that is."),
        new("first-attach-migrate", "Allocates at the first attach, and moves the storage for those who come later."),
        new("at-export", "Allocates at the export, before anybody has attached."),
        new("shared-list", "Gives everybody the first list, whatever they can take."),
        new("own-addresses", "Hands out the exporter's own DMA addresses, which mean nothing to other devices."),
        new("mainline", "Looks at nobody's limits and allocates at the first attach, as exporters of today's kernel do."),
        new("mainline-bouncing", "The same, and copies what a device does not reach."),
        new("as-posted", "Does what the patch of January 2015 does, with its bugs."),
    ]);

    /// <summary>All named policies, in the model's order.</summary>
    public static ImmutableArray<PolicyReport> All { get; } =
        [.. NamedPolicies.All.Select(named => new PolicyReport(named.Name, _shows[named.Name], PolicyFields.Choices(named.Policy)))];
}
