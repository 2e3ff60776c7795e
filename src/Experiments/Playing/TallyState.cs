using System.Collections.Immutable;

namespace DmaGrains.Experiments.Playing;

/// <summary>The stored counts of a tally.</summary>
[GenerateSerializer, Immutable, Alias("dma.experiment-tally")]
internal sealed record TallyState
{
    /// <summary>When the first span began, in nanoseconds.</summary>
    [Id(0)]
    public ulong Start { get; init; }

    /// <summary>How long each span is, in nanoseconds.</summary>
    [Id(1)]
    public ulong Width { get; init; } = Tally.WidthMin;

    /// <summary>The time up to which everything is counted, in nanoseconds.</summary>
    [Id(2)]
    public ulong At { get; init; }

    /// <summary>Buffers on the board.</summary>
    [Id(3)]
    public uint Live { get; init; }

    /// <summary>The spans, with the current one last.</summary>
    [Id(4)]
    public ImmutableArray<TallySpan> Spans { get; init; } = [];

    /// <summary>Kinds of refusals.</summary>
    [Id(5)]
    public ImmutableArray<RefusalKind> Refusals { get; init; } = [];

    /// <summary>Kinds of hazards.</summary>
    [Id(6)]
    public ImmutableArray<HazardOf> Hazards { get; init; } = [];

    /// <summary>Times to the first map, by <see cref="TimeCounts.BucketOf"/>.</summary>
    [Id(7)]
    public ImmutableArray<ulong> TimesToFirstMap { get; init; } = [];
}
