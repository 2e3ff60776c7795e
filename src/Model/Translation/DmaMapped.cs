using System.Collections.Immutable;
using Orleans;

namespace DmaGrains.Model.Translation;

/// <summary>What a mapping holds in the board's IOMMUs and bounce pool.</summary>
/// <param name="Stages">From memory towards the device; empty when addresses are not translated.</param>
/// <param name="Bounces">The bounced entries, in list order; empty for none.</param>
[GenerateSerializer, Immutable, Alias("dma.mapped")]
public sealed record DmaMapped(ImmutableArray<MappedStage> Stages, ImmutableArray<BouncedEntry> Bounces)
{
    /// <summary>No stage and no bounce.</summary>
    public static DmaMapped Nothing { get; } = new([], []);

    /// <summary>Whether it holds neither.</summary>
    public bool IsNothing => Stages.IsEmpty && Bounces.IsEmpty;

    /// <summary>Whether the mapping can end only in the context in which it was made (thread #39).</summary>
    [Id(0)]
    public bool IsPerContext { get; init; }
}
