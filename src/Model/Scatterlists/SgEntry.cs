using Orleans;

namespace DmaGrains.Model.Scatterlists;

/// <summary>One entry of a scatterlist: a run of bytes inside consecutive pages.</summary>
/// <param name="FirstPfn">Frame number of the page in which it starts.</param>
/// <param name="OffsetBytes">Bytes into that page, below 4096 in every list of a buffer.</param>
/// <param name="LengthBytes">Bytes, 1 or more.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.sgentry")]
public readonly record struct SgEntry(ulong FirstPfn, uint OffsetBytes, uint LengthBytes)
{
    /// <summary>Address of the first byte.</summary>
    public PhysicalAddress Address => new((FirstPfn << Page.Shift) + OffsetBytes);
}
