using DmaGrains.Model.Scatterlists;
using Orleans;

namespace DmaGrains.Model.Translation;

/// <summary>An entry of a list for which a copy stands in.</summary>
/// <param name="Entry">Which entry of the list, from 0.</param>
/// <param name="Slots">What of the pool it takes.</param>
/// <param name="Address">Where the copy starts.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.bounced")]
public readonly record struct BouncedEntry(int Entry, BounceSlots Slots, PhysicalAddress Address);
