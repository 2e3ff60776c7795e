using System.Collections.Immutable;
using Orleans;

namespace DmaGrains.Model.Translation;

/// <summary>What is to be stored of an MMU beside what it is and what is held of it.</summary>
/// <param name="Context">The current context.</param>
/// <param name="Spaces">Its address spaces, context by context.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.stage-state")]
public sealed record IommuStageState(uint Context, ImmutableArray<IovaSpaceState> Spaces);
