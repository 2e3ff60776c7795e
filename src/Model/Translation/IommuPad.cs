using Orleans;

namespace DmaGrains.Model.Translation;

/// <summary>Address space left empty so that the next input does not cross a boundary.</summary>
/// <param name="InputIndex">The index of the input before the pad, from 0.</param>
/// <param name="LengthBytes">Bytes: whole granules.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.iommu-pad")]
public readonly record struct IommuPad(int InputIndex, ulong LengthBytes);
