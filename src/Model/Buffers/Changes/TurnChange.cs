using DmaGrains.Model.Coherency;
using Orleans;

namespace DmaGrains.Model.Buffers.Changes;

/// <summary>A mapping of which nothing but the turn has changed.</summary>
/// <param name="Mapping">The mapping's name.</param>
/// <param name="Turn">Whose turn it is.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.turn-change")]
public readonly record struct TurnChange(string Mapping, MappingTurn Turn);
