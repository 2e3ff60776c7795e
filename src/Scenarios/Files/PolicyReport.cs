using System.Collections.Immutable;
using DmaGrains.Model.Policies;

namespace DmaGrains.Scenarios.Files;

/// <summary>A named policy.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shows">What an exporter with it does.</param>
/// <param name="Choices">Its choices, as scenario files write them.</param>
public sealed record PolicyReport(string Name, string Shows, string Choices)
{
    private static readonly ImmutableDictionary<string, string> _shows = ImmutableDictionary.CreateRange<string, string>(
    [
        new("refuse", "Allocates at the first map for all attached devices, and refuses a late importer that cannot use the storage. The thread's design, and the default."),
        new("deny-after-map", "Refuses every attach while the buffer is mapped."),
        new("resplit", "Builds a separate list of the same pages for a late importer, where that is enough."),
        new("migrate", "Moves the storage for a late importer, once the buffer is not mapped."),
        new("accept", "Accepts late importers; a limit that the list breaks is a hazard."),
        new("flags", "Considers only whether an importer needs one contiguous range."),
        new("size-only", "Considers only the maximum segment size."),
        new("count-only", "Considers only the maximum segment count."),
        new("own-lists", "Builds a list for each importer, within its own limits."),
        new("translated", "Requires no contiguous pages for a device behind an MMU, which joins them."),
        new("first-attach", "Allocates at the first attach, for that importer alone."),
        new("first-attach-migrate", "Allocates at the first attach, and moves the storage for later importers."),
        new("at-export", "Allocates at the export, before any device has attached."),
        new("shared-list", "Gives every importer the first list, whatever its limits."),
        new("own-addresses", "Hands out the exporter's own DMA addresses, which mean nothing to other devices."),
        new("mainline", "Ignores all limits and allocates at the first attach, as exporters of today's kernel do."),
        new("mainline-bouncing", "The same, and bounces pages that a device does not reach."),
        new("as-posted", "Does what the patch of January 2015 does, including its bugs."),
    ]);

    /// <summary>All named policies, in the model's order.</summary>
    public static ImmutableArray<PolicyReport> All { get; } =
        [.. NamedPolicies.All.Select(named => new PolicyReport(named.Name, _shows[named.Name], PolicyFields.Choices(named.Policy)))];
}
