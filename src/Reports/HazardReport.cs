using System.Collections.Immutable;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;

namespace DmaGrains.Reports;

/// <summary>A hazard, in words that scripts can match.</summary>
/// <param name="Kind">The kind, such as <c>list_breaks_limit</c>.</param>
/// <param name="Importer">The device whose limit is broken.</param>
/// <param name="Field">The limit.</param>
/// <param name="Needed">The list's value, in the field's unit.</param>
/// <param name="Limit">The device's limit, in the same unit.</param>
/// <param name="Reason">One sentence for the user.</param>
public sealed record HazardReport(
    string Kind, string Importer, string Field, ulong Needed, ulong Limit, string Reason)
{
    /// <summary>Whether the limit is one that nobody stated and the kernel assumes.</summary>
    public bool Assumed => Cure is not null;

    /// <summary>How to state the limit; null when it was stated.</summary>
    public string? Cure { get; init; }

    /// <summary>How often it happened, over all attachments of the device. The numbers and the sentence are those of the last time.</summary>
    public ulong Count { get; init; } = 1;

    /// <summary>The sentence of the first time; null when it happened once.</summary>
    public string? FirstReason { get; init; }

    /// <summary>The report of a hazard.</summary>
    public static HazardReport Of(Hazard hazard) => new(
        Vocabulary.Spelt(hazard.Kind.ToString()),
        hazard.Importer,
        Vocabulary.Spelt(hazard.Field),
        hazard.Needed,
        hazard.Limit,
        hazard.Reason)
    {
        Cure = UnstatedLimit.CureOf(hazard.Unstated),
        Count = hazard.Count,
        FirstReason = hazard.First?.Reason,
    };

    /// <summary>Reports the hazards that were not on record before.</summary>
    /// <param name="before">The hazards on record before.</param>
    /// <param name="now">The hazards on record now.</param>
    public static IEnumerable<HazardReport> Since(ImmutableArray<Hazard> before, ImmutableArray<Hazard> now) => now
        .Select((hazard, index) => (Hazard: hazard, Known: index < before.Length ? before[index].Count : 0))
        .Where(found => found.Hazard.Count != found.Known)
        .Select(found => Of(found.Hazard) with { Count = found.Hazard.Count - found.Known, FirstReason = null });
}
