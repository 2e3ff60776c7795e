using Orleans;

namespace DmaGrains.Model.Translation;

/// <summary>A piece of address space. It may end at the last address there is.</summary>
/// <param name="First">Its first address.</param>
/// <param name="LengthBytes">Bytes, 1 or more.</param>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.iova-range")]
public readonly record struct IovaRange(Iova First, ulong LengthBytes)
{
    /// <summary>Its last address.</summary>
    /// <exception cref="OverflowException">The range is empty at 0 or reaches beyond 64-bit addresses.</exception>
    public Iova Last => new(checked(First.Value + (LengthBytes - 1)));

    /// <summary>
    /// The range between two addresses, both inside; <paramref name="last"/> is not below <paramref name="first"/>.
    /// </summary>
    public static IovaRange Between(Iova first, Iova last) => new(first, checked(last.Value - first.Value + 1));

    /// <inheritdoc/>
    public override string ToString() => $"{First}+0x{LengthBytes:x}";
}
