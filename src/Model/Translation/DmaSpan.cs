using Orleans;

namespace DmaGrains.Model.Translation;

/// <summary>A DMA segment before its list has a base.</summary>
/// <param name="OffsetBytes">Bytes from the base.</param>
/// <param name="LengthBytes">Bytes.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.span")]
public readonly record struct DmaSpan(ulong OffsetBytes, uint LengthBytes);
