using System.Collections.Immutable;
using DmaGrains.Model.Buffers;
using DmaGrains.Reports;

namespace DmaGrains.Analysis.Comparing;

/// <summary>The outcome of a scenario under one policy.</summary>
/// <param name="Policy">The policy's name.</param>
/// <param name="Importers">The number of the scenario's importers.</param>
/// <param name="Served">The importers without refused or skipped steps.</param>
/// <param name="Refusals">Each refused step.</param>
/// <param name="Hazards">What went wrong silently.</param>
/// <param name="Costs">What all buffers cost together.</param>
/// <param name="ContiguousBytesPeak">Most bytes of contiguous areas held at a time.</param>
/// <param name="Segments">Segments that each importer's device walks after its last map of each buffer.</param>
public sealed record PolicyOutcome(
    string Policy,
    int Importers,
    ImmutableArray<string> Served,
    ImmutableArray<RefusedStep> Refusals,
    ImmutableArray<HazardReport> Hazards,
    BufferCosts Costs,
    ulong ContiguousBytesPeak,
    ImmutableArray<SegmentsOf> Segments)
{
    /// <summary>Importers that are not served, as the scenario expects; serving them under another policy is not an advantage.</summary>
    public ImmutableArray<string> RefusedAsExpected { get; init; } = [];

    /// <summary>Whether the exporter considers everything that importers state, whenever they attach. Otherwise a good outcome is luck.</summary>
    public bool LooksAtImporters { get; init; } = true;

    /// <summary>Whether nothing goes wrong silently and nothing depends on luck.</summary>
    public bool Safe => Hazards.IsEmpty;

    private static readonly string _byLuck = Vocabulary.Spelt(nameof(HazardKind.ByLuck));

    private static readonly HashSet<string> _ofUse =
        [.. Enum.GetValues<HazardKind>().Where(kind => kind.IsOfUse()).Select(kind => Vocabulary.Spelt(kind.ToString()))];

    /// <summary>The number of hazards of luck.</summary>
    internal ulong LuckCount => CountOf(hazard => hazard.Kind == _byLuck);

    /// <summary>The number of hazards that come from how the buffer is used; a policy prevents them only by serving less.</summary>
    internal ulong UseCount => CountOf(hazard => _ofUse.Contains(hazard.Kind));

    /// <summary>How often something went wrong silently, or well by luck.</summary>
    public ulong CountHazards() => CountOf(_ => true);

    private ulong CountOf(Func<HazardReport, bool> isSuch) =>
        Hazards.Where(isSuch).Aggregate(0UL, (sum, hazard) => sum + hazard.Count);

    /// <summary>The number of importers that are unexpectedly not served.</summary>
    internal int LeftOut => Importers - Served.Length - RefusedAsExpected.Length;

    /// <summary>The values of <see cref="PolicyCriterion.All"/>.</summary>
    internal ImmutableArray<ulong> Ranking => [.. PolicyCriterion.All.Select(criterion => criterion.Value(this))];
}

/// <summary>A step that was refused.</summary>
/// <param name="Step">Its position in the order, from 1.</param>
/// <param name="Importer">The importer.</param>
/// <param name="Operation">export, or the step's verb.</param>
/// <param name="Buffer">The buffer; null for a step of the device.</param>
/// <param name="Refusal">Why.</param>
public sealed record RefusedStep(int Step, string Importer, string Operation, string? Buffer, RefusalReport Refusal)
{
    /// <summary>Whether the scenario expects it to be refused.</summary>
    public bool Expected { get; init; }
}

/// <summary>The number of segments that an importer's device walks.</summary>
/// <param name="Importer">The importer.</param>
/// <param name="Buffer">The buffer.</param>
/// <param name="MappedEntryCount">nents of its last map.</param>
public sealed record SegmentsOf(string Importer, string Buffer, int MappedEntryCount);
