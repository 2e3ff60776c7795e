using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using DmaGrains.Model;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Scenarios.Describing;
using DmaGrains.Scenarios.Files;

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
    /// <summary>Every step was granted, or refused just as its scenario expects, and nothing went wrong silently.</summary>
    Good,

    /// <summary>A step was refused of which nothing was expected.</summary>
    Refused,

    /// <summary>A step did not come out as its scenario expects.</summary>
    Unexpected,

    /// <summary>Every step came out as with <see cref="Good"/>, and something went wrong silently: a hazard is on record.</summary>
    Hazard,
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
    /// <summary>Whether the limit in the way is one that nobody stated and the kernel assumes.</summary>
    public bool Assumed => Cure is not null;

    /// <summary>How to state it; null when it was stated.</summary>
    public string? Cure { get; init; }

    /// <summary>The report of a refusal.</summary>
    public static RefusalReport Of(Refusal refusal) => new(
        refusal.Errno.ToString(),
        refusal.Importer,
        refusal.Field is null ? null : Words.Spelt(refusal.Field),
        refusal.Needed,
        refusal.Limit,
        refusal.Reason)
    {
        Cure = UnstatedLimit.CureOf(refusal.Unstated),
    };
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
    /// <summary>Whether the limit is one that nobody stated and the kernel assumes.</summary>
    public bool Assumed => Cure is not null;

    /// <summary>How to state it; null when it was stated.</summary>
    public string? Cure { get; init; }

    /// <summary>How often it happened: to several attachments of the device. The numbers and the sentence are those of the last.</summary>
    public ulong Count { get; init; } = 1;

    /// <summary>The sentence of the first; null when it happened once.</summary>
    public string? FirstReason { get; init; }

    /// <summary>The report of a hazard.</summary>
    public static HazardReport Of(Hazard hazard) => new(
        Words.Spelt(hazard.Kind.ToString()),
        hazard.Importer,
        Words.Spelt(hazard.Field),
        hazard.Needed,
        hazard.Limit,
        hazard.Reason)
    {
        Cure = UnstatedLimit.CureOf(hazard.Unstated),
        Count = hazard.Count,
        FirstReason = hazard.First?.Reason,
    };

    /// <summary>Those of a buffer that were not on record before.</summary>
    /// <param name="before">What was on record.</param>
    /// <param name="now">What is on record now.</param>
    public static IEnumerable<HazardReport> Since(ImmutableArray<Hazard> before, ImmutableArray<Hazard> now) => now
        .Select((hazard, index) => (Hazard: hazard, Known: index < before.Length ? before[index].Count : 0))
        .Where(found => found.Hazard.Count != found.Known)
        .Select(found => Of(found.Hazard) with { Count = found.Hazard.Count - found.Known, FirstReason = null });
}

/// <summary>A union, in the words of the kernel's fields.</summary>
/// <param name="MaxSegmentSize">Bytes; 4294967295 is no limit.</param>
/// <param name="MaxSegmentCount">Segments; 4294967295 before anyone attached.</param>
/// <param name="SegmentBoundaryMask">18446744073709551615 is no boundary.</param>
public sealed record UnionReport(uint MaxSegmentSize, uint MaxSegmentCount, ulong SegmentBoundaryMask)
{
    /// <summary>The limits of the table that somebody states, each by its name in board files; null, and not written, where nobody does.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Limits { get; init; }

    /// <summary>The same in words, each behind a comma.</summary>
    [JsonIgnore]
    public string LimitsText { get; init; } = string.Empty;

    /// <summary>The report of a union.</summary>
    public static UnionReport Of(DmaConstraints constraints) =>
        new(constraints.MaxSegmentSize, constraints.MaxSegmentCount, constraints.SegmentBoundaryMask)
        {
            Limits = LimitsReport.Of(constraints.Limits),
            LimitsText = constraints.Limits.ToString(),
        };
}
