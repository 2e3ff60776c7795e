using Orleans;

namespace DmaGrains.Model.Scatterlists;

/// <summary>An address as memory sees it. Not an IOVA: the two types do not mix.</summary>
/// <param name="Value">Bytes from 0.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.physical")]
public readonly record struct PhysicalAddress(ulong Value)
{
    /// <inheritdoc/>
    public override string ToString() => $"0x{Value:x}";
}
