using System.Collections.Immutable;
using DmaGrains.Grains.Storage;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;

namespace DmaGrains.Grains.Boards;

/// <summary>What is stored of a board's MMUs and bounce pool, beside the chunks of what is held; what is free follows from it.</summary>
[GenerateSerializer, Alias("dma.stored.translation")]
public sealed class TranslationRecord
{
    /// <summary>The MMUs; empty when there are none.</summary>
    [Id(0)]
    public ImmutableArray<IommuStage> Stages { get; init; } = [];

    /// <summary>The region for bounces, or null.</summary>
    [Id(1)]
    public MemoryRegionLayout? Pool { get; init; }

    /// <summary>Their state without what is held; null before they are laid out.</summary>
    [Id(2)]
    public DmaTranslationState? State { get; init; }

    /// <summary>Tokens of mappings that ended last, oldest first.</summary>
    [Id(3)]
    public ImmutableArray<MapToken> Ended { get; init; } = [];

    /// <summary>What is held.</summary>
    [Id(4)]
    public LedgerRecord<MapToken, HeldMapping> Held { get; init; } = new();
}
