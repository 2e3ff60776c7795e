using DmaGrains.Model.Scatterlists;
using Orleans;

namespace DmaGrains.Model.Translation;

/// <summary>An entry of a list that is replaced by a copy.</summary>
/// <param name="Entry">The entry's index in the list, from 0.</param>
/// <param name="Slots">The pool's slots that hold the copy.</param>
/// <param name="Address">The address of the copy.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.bounced")]
public readonly record struct BouncedEntry(int Entry, BounceSlots Slots, PhysicalAddress Address);
