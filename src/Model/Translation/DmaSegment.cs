using Orleans;

namespace DmaGrains.Model.Translation;

/// <summary>One segment that a device walks after mapping: what sg_dma_address and sg_dma_len answer.</summary>
/// <param name="Address">Its first byte, as the device sees it.</param>
/// <param name="LengthBytes">Bytes.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.segment")]
public readonly record struct DmaSegment(Iova Address, uint LengthBytes);
