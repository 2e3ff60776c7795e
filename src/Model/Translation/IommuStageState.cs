using System.Collections.Immutable;
using Orleans;

namespace DmaGrains.Model.Translation;

/// <summary>The stored state of an MMU, apart from its definition and its mappings.</summary>
/// <param name="Context">The current context.</param>
/// <param name="Spaces">Its address spaces, context by context.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.stage-state")]
public sealed record IommuStageState(uint Context, ImmutableArray<IovaSpaceState> Spaces);
