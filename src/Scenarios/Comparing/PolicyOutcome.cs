using System.Collections.Immutable;
using DmaGrains.Model.Buffers;
using DmaGrains.Scenarios.Running;

namespace DmaGrains.Scenarios.Comparing;

/// <summary>What came of a scenario under one policy.</summary>
/// <param name="Policy">The policy's name.</param>
/// <param name="Importers">How many importers the scenario has.</param>
/// <param name="Served">Those of whom no step was refused or skipped.</param>
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
    /// <summary>
    /// What counts, the weightiest first; less is better. Hazards first: what fails silently is worse than what is refused. Then whom
    /// it leaves out, refusals, bytes copied, contiguous memory, cache maintenance, and segments to walk.
    /// </summary>
    internal ImmutableArray<ulong> Weights =>
    [
        (ulong)Hazards.Length,
        (ulong)(Importers - Served.Length),
        (ulong)Refusals.Length,
        Costs.BytesCopied + Costs.BytesBounced,
        ContiguousBytesPeak,
        Costs.CacheCleans + Costs.CacheInvalidates,
        Segments.Aggregate(0UL, (sum, segments) => sum + (ulong)segments.MappedEntryCount),
    ];
}

/// <summary>A step that was refused.</summary>
/// <param name="Step">Its place in the order, from 1.</param>
/// <param name="Importer">Whose step.</param>
/// <param name="Operation">export, or the step's verb.</param>
/// <param name="Buffer">The buffer; null when it was the device that was asked.</param>
/// <param name="Refusal">Why.</param>
public sealed record RefusedStep(int Step, string Importer, string Operation, string? Buffer, RefusalReport Refusal);

/// <summary>How many segments an importer's device walks.</summary>
/// <param name="Importer">The importer.</param>
/// <param name="Buffer">The buffer.</param>
/// <param name="MappedEntryCount">nents of its last map.</param>
public sealed record SegmentsOf(string Importer, string Buffer, int MappedEntryCount);
