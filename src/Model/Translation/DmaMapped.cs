using System.Collections.Immutable;
using Orleans;

namespace DmaGrains.Model.Translation;

/// <summary>What a mapping holds of the board's IOMMUs and bounce pool. Without either it holds nothing.</summary>
/// <param name="Stages">From memory towards the device; empty when addresses are not translated.</param>
/// <param name="Bounces">The pieces that were bounced, in the order of the list's entries; empty when none was.</param>
[GenerateSerializer, Immutable, Alias("dma.mapped")]
public sealed record DmaMapped(ImmutableArray<MappedStage> Stages, ImmutableArray<BouncedEntry> Bounces)
{
    /// <summary>No stage and no bounce.</summary>
    public static DmaMapped Nothing { get; } = new([], []);

    /// <summary>Whether it holds neither.</summary>
    public bool IsNothing => Stages.IsEmpty && Bounces.IsEmpty;

    /// <summary>Whether it can be ended only in the context it was made in (thread #39).</summary>
    [Id(0)]
    public bool IsPerContext { get; init; }
}
