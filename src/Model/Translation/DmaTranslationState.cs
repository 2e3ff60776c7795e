using Orleans;

namespace DmaGrains.Model.Translation;

/// <summary>What is to be stored of a board's MMUs and bounce pool; what is free follows from it.</summary>
[GenerateSerializer, Immutable, Alias("dma.translation-state")]
public sealed record DmaTranslationState;
