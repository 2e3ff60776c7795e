using Orleans;

namespace DmaGrains.Model.Translation;

/// <summary>One bounce: slots of a pool that stand in for memory a device does not reach.</summary>
/// <param name="FirstSlot">Number of the first slot, from 0.</param>
/// <param name="SlotCount">Slots, 1 to 128, all of one set.</param>
/// <param name="LengthBytes">Bytes of data in them.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.bounce")]
public readonly record struct BounceSlots(int FirstSlot, int SlotCount, ulong LengthBytes);
