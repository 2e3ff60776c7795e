namespace DmaGrains.Model.Scatterlists;

/// <summary>A segment or an entry from input: any address and any length, even those that no list can have.</summary>
/// <param name="Address">Its first byte.</param>
/// <param name="LengthBytes">Bytes; an audit reports 0 and more than 32 bits.</param>
public readonly record struct StatedSegment(ulong Address, ulong LengthBytes)
{
    /// <summary>The most bytes that <c>sg_dma_len</c> and <c>scatterlist.length</c> can express: 32 bits (include/linux/scatterlist.h).</summary>
    public const ulong LengthBytesMax = uint.MaxValue;

    /// <summary>Whether it is a non-empty range of 64-bit addresses.</summary>
    public bool IsRange => LengthBytes != 0 && LengthBytes - 1 <= ulong.MaxValue - Address;

    /// <summary>The address of its last byte; wraps when it is not a range.</summary>
    public ulong Last => unchecked(Address + (LengthBytes - 1));

    /// <summary>Whether both are ranges and have a byte in common.</summary>
    public bool Meets(StatedSegment other) => IsRange && other.IsRange && Address <= other.Last && other.Address <= Last;
}
