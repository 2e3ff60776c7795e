using System.Collections.Immutable;
using Orleans;

namespace DmaGrains.Model.Translation;

/// <summary>The stored state of a board's MMUs and bounce pool; what is free follows from it.</summary>
/// <param name="Stages">The MMUs, in the board's order.</param>
/// <param name="Held">The mappings that hold something, in token order.</param>
/// <param name="Pool">The bounce pool of all devices; null when the board has none.</param>
/// <param name="Restricted">The bounce pools of some devices alone, in the board's order; the default of a state from before there were any.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.translation-state")]
public sealed record DmaTranslationState(
    ImmutableArray<IommuStageState> Stages, ImmutableArray<HeldMapping> Held, SwiotlbPoolState? Pool, ImmutableArray<SwiotlbPoolState> Restricted = default)
{
    /// <summary>The bounce pools of some devices alone; empty for none.</summary>
    public ImmutableArray<SwiotlbPoolState> RestrictedPools => Restricted.IsDefault ? [] : Restricted;
}
