using Orleans;

namespace DmaGrains.Model.Translation;

/// <summary>An address as a device behind an IOMMU sees it. Not a physical address: the two types do not mix.</summary>
/// <param name="Value">Bytes from 0.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.iova")]
public readonly record struct Iova(ulong Value)
{
    /// <inheritdoc/>
    public override string ToString() => $"0x{Value:x}";
}
