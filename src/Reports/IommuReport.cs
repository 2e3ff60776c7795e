using System.Collections.Immutable;
using System.Text.Json.Serialization;
using DmaGrains.Model.Translation;

namespace DmaGrains.Reports;

/// <summary>An MMU of a board, in the words of board files.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Owner">Who owns its tables: dma-api or driver.</param>
/// <param name="Contexts">The number of address spaces that it switches between.</param>
/// <param name="Granule">The smallest piece that it maps, in bytes.</param>
/// <param name="First">The lowest address.</param>
/// <param name="Last">The highest address.</param>
/// <param name="Policy">Where it looks for free addresses: top-down, first-fit or round-robin.</param>
/// <param name="Alignment">The alignment of bases: size or granule.</param>
/// <param name="Reuse">When a freed range may be handed out again: strict or lazy.</param>
/// <param name="Reserved">Windows that are never handed out.</param>
public sealed record IommuReport(
    string Name,
    string Owner,
    uint Contexts,
    uint Granule,
    ulong First,
    ulong Last,
    string Policy,
    string Alignment,
    string Reuse,
    ImmutableArray<WindowReport> Reserved)
{
    /// <summary>The highest output address of its entries; null, and not written, without a limit.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ulong? OutputLimit { get; init; }

    /// <summary>Whether freed ranges are kept for requests of the same size; not written when false.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Caches { get; init; }

    /// <summary>The report of an MMU.</summary>
    public static IommuReport Of(IommuStage stage) => new(
        stage.Name,
        Vocabulary.StageOwners.WordFor(stage.Owner),
        stage.ContextCount,
        stage.Layout.GranuleBytes,
        stage.Layout.First.Value,
        stage.Layout.Last.Value,
        Vocabulary.IovaPolicies.WordFor(stage.Layout.Policy),
        Vocabulary.IovaAlignments.WordFor(stage.Layout.Alignment),
        Vocabulary.IovaReuses.WordFor(stage.Layout.Reuse),
        [.. stage.Layout.Reserved.Select(window => new WindowReport(window.First.Value, window.LengthBytes))])
    {
        Caches = stage.Layout.Caches,
        OutputLimit = stage.OutputLimit == 0 ? null : stage.OutputLimit,
    };
}

/// <summary>A window of addresses.</summary>
/// <param name="Start">Its first address.</param>
/// <param name="Size">Bytes.</param>
public sealed record WindowReport(ulong Start, ulong Size);
