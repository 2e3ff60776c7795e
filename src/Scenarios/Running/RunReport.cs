using System.Collections.Immutable;
using System.Text.Json;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Memory;

namespace DmaGrains.Scenarios.Running;

/// <summary>What came of a scenario. The same whether it was played on the model or on grains.</summary>
/// <param name="Scenario">Its name.</param>
/// <param name="Shows">What it is there to show.</param>
/// <param name="Board">The board it was played on.</param>
/// <param name="Result">All in all.</param>
/// <param name="Steps">Each step in the order played.</param>
/// <param name="Memory">The board's memory at the end.</param>
public sealed record RunReport(
    string Scenario,
    string Shows,
    string Board,
    RunResult Result,
    ImmutableArray<StepReport> Steps,
    ImmutableArray<RegionUse> Memory);

/// <summary>What a run comes to.</summary>
public enum RunResult
{
    /// <summary>Every step was granted, or refused just as its scenario expects.</summary>
    Good,

    /// <summary>A step was refused of which nothing was expected.</summary>
    Refused,

    /// <summary>A step did not come out as its scenario expects.</summary>
    Unexpected,
}

/// <summary>What came of one step.</summary>
/// <param name="Index">From 1, in the order played.</param>
/// <param name="Importer">Whose step it is; "export" for the exports at the start.</param>
/// <param name="Device">The importer's device, or the exporter; null when there is none.</param>
/// <param name="Operation">export, attach, map, unmap, detach or release.</param>
/// <param name="Buffer">The buffer.</param>
/// <param name="Outcome">"ok", the errno, or "skipped" when an earlier refusal left nothing to do it with.</param>
/// <param name="Expected">What the scenario expects of it, in the same words; null when nothing.</param>
/// <param name="Refusal">Why it was refused; null when it was not.</param>
/// <param name="Union">The buffer's union after it.</param>
/// <param name="Scatterlist">The list that a map made; null for other steps.</param>
/// <param name="Hazards">What went wrong silently with it: on record from this step on.</param>
public sealed record StepReport(
    int Index,
    string Importer,
    string? Device,
    string Operation,
    string Buffer,
    string Outcome,
    string? Expected,
    RefusalReport? Refusal,
    UnionReport? Union,
    ScatterlistReport? Scatterlist,
    ImmutableArray<HazardReport> Hazards)
{
    /// <summary>The outcome of a granted step.</summary>
    public const string Ok = "ok";

    /// <summary>The outcome of a step that was not tried.</summary>
    public const string Skipped = "skipped";
}

/// <summary>A refusal, in words that scripts can match.</summary>
/// <param name="Errno">The code, as the kernel spells it.</param>
/// <param name="Importer">The device at fault, or null.</param>
/// <param name="Field">What failed, such as <c>max_segment_count</c>; null when nothing in particular.</param>
/// <param name="Needed">The number asked for, or null.</param>
/// <param name="Limit">The number that stood in the way, or null.</param>
/// <param name="Reason">One sentence for people.</param>
public sealed record RefusalReport(
    string Errno, string? Importer, string? Field, ulong? Needed, ulong? Limit, string Reason)
{
    /// <summary>The report of a refusal.</summary>
    public static RefusalReport Of(Refusal refusal) => new(
        refusal.Errno.ToString(),
        refusal.Importer,
        refusal.Field is null ? null : JsonNamingPolicy.SnakeCaseLower.ConvertName(refusal.Field),
        refusal.Needed,
        refusal.Limit,
        refusal.Reason);
}

/// <summary>A hazard, in words that scripts can match.</summary>
/// <param name="Kind">Such as <c>list_breaks_limit</c>.</param>
/// <param name="Importer">The device whose limit is broken.</param>
/// <param name="Field">The limit.</param>
/// <param name="Needed">What the list has.</param>
/// <param name="Limit">What the device takes.</param>
/// <param name="Reason">One sentence for people.</param>
public sealed record HazardReport(
    string Kind, string Importer, string Field, ulong Needed, ulong Limit, string Reason)
{
    /// <summary>The report of a hazard.</summary>
    public static HazardReport Of(Hazard hazard) => new(
        JsonNamingPolicy.SnakeCaseLower.ConvertName(hazard.Kind.ToString()),
        hazard.Importer,
        JsonNamingPolicy.SnakeCaseLower.ConvertName(hazard.Field),
        hazard.Needed,
        hazard.Limit,
        hazard.Reason);
}

/// <summary>A union, in the words of the kernel's fields.</summary>
/// <param name="MaxSegmentSize">Bytes; 4294967295 is no limit.</param>
/// <param name="MaxSegmentCount">Segments; 4294967295 before anyone attached.</param>
/// <param name="SegmentBoundaryMask">18446744073709551615 is no boundary.</param>
public sealed record UnionReport(uint MaxSegmentSize, uint MaxSegmentCount, ulong SegmentBoundaryMask)
{
    /// <summary>The report of a union.</summary>
    public static UnionReport Of(DmaConstraints constraints) =>
        new(constraints.MaxSegmentSize, constraints.MaxSegmentCount, constraints.SegmentBoundaryMask);
}

/// <summary>A scatterlist as a device walks it.</summary>
/// <param name="Regions">The memory regions its pages came from.</param>
/// <param name="SizeBytes">The buffer's size.</param>
/// <param name="EntryCount">orig_nents.</param>
/// <param name="MappedEntryCount">nents.</param>
/// <param name="Entries">The entries in buffer order.</param>
public sealed record ScatterlistReport(
    ImmutableArray<string> Regions,
    ulong SizeBytes,
    int EntryCount,
    int MappedEntryCount,
    ImmutableArray<EntryReport> Entries)
{
    /// <summary>The report of a mapping's list.</summary>
    public static ScatterlistReport Of(Mapping mapping)
    {
        var table = mapping.ToTable();
        return new(
            mapping.Storage.Regions,
            mapping.SizeBytes,
            table.EntryCount,
            table.MappedEntryCount,
            [.. table.ToImmutableArray().Select(entry =>
                new EntryReport(entry.Address.Value, entry.OffsetBytes, entry.LengthBytes))]);
    }
}

/// <summary>One entry.</summary>
/// <param name="Address">Physical address of its first byte.</param>
/// <param name="Offset">Bytes into the page in which it starts.</param>
/// <param name="Length">Bytes.</param>
public sealed record EntryReport(ulong Address, uint Offset, uint Length);
