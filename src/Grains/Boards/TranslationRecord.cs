using System.Collections.Immutable;
using DmaGrains.Grains.Storage;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Translation;

namespace DmaGrains.Grains.Boards;

/// <summary>The stored state of a board's MMUs and bounce pool, apart from the chunks of mappings; what is free follows from both.</summary>
[GenerateSerializer, Alias("dma.stored.translation")]
public sealed class TranslationRecord
{
    /// <summary>The MMUs; empty when there are none.</summary>
    [Id(0)]
    public ImmutableArray<IommuStage> Stages { get; init; } = [];

    /// <summary>The bounce pool of all devices, or null.</summary>
    [Id(1)]
    public MemoryRegionLayout? Pool { get; init; }

    /// <summary>Their state without the mappings; null before they are set up.</summary>
    [Id(2)]
    public DmaTranslationState? State { get; init; }

    /// <summary>Tokens of mappings that ended last, oldest first.</summary>
    [Id(3)]
    public ImmutableArray<MapToken> Ended { get; init; } = [];

    /// <summary>The mappings.</summary>
    [Id(4)]
    public ChunkedMapRecord<MapToken, HeldMapping> Held { get; init; } = new();

    /// <summary>The bounce pools of some devices alone.</summary>
    [Id(5)]
    public ImmutableArray<MemoryRegionLayout> Restricted { get; init; } = [];
}
