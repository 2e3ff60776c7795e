using System.Collections.Immutable;
using DmaGrains.Scenarios.Running;

namespace DmaGrains.Scenarios.Comparing;

/// <summary>One scenario under several policies, the one to choose first.</summary>
/// <param name="Scenario">Its name.</param>
/// <param name="Shows">What it is there to show.</param>
/// <param name="Board">The board it was played on.</param>
/// <param name="Policies">What came of it under each policy, best first.</param>
public sealed record ComparisonReport(
    string Scenario, string Shows, string Board, ImmutableArray<PolicyOutcome> Policies);

/// <summary>What came of a scenario under one policy.</summary>
/// <param name="Policy">The policy's name.</param>
/// <param name="Importers">How many importers the scenario has.</param>
/// <param name="Served">Those of whom no step was refused or skipped.</param>
/// <param name="Refusals">Each refused step.</param>
/// <param name="Hazards">What went wrong silently.</param>
/// <param name="Migrations">How often storage moved.</param>
/// <param name="BytesCopied">Bytes copied by those moves.</param>
/// <param name="ListsBuilt">Scatterlists built.</param>
/// <param name="ContiguousBytesPeak">Most bytes of contiguous areas held at a time.</param>
/// <param name="Segments">Segments that each importer's last map of each buffer gave it.</param>
public sealed record PolicyOutcome(
    string Policy,
    int Importers,
    ImmutableArray<string> Served,
    ImmutableArray<RefusedStep> Refusals,
    ImmutableArray<HazardReport> Hazards,
    ulong Migrations,
    ulong BytesCopied,
    ulong ListsBuilt,
    ulong ContiguousBytesPeak,
    ImmutableArray<SegmentsOf> Segments);

/// <summary>A step that was refused.</summary>
/// <param name="Step">Its place in the order, from 1.</param>
/// <param name="Importer">Whose step.</param>
/// <param name="Operation">attach, map, unmap, detach, release or export.</param>
/// <param name="Buffer">The buffer.</param>
/// <param name="Refusal">Why.</param>
public sealed record RefusedStep(int Step, string Importer, string Operation, string Buffer, RefusalReport Refusal);

/// <summary>How many segments an importer walks.</summary>
/// <param name="Importer">The importer.</param>
/// <param name="Buffer">The buffer.</param>
/// <param name="MappedEntryCount">nents of its last map.</param>
public sealed record SegmentsOf(string Importer, string Buffer, int MappedEntryCount);
