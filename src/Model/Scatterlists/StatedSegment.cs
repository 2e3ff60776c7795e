namespace DmaGrains.Model.Scatterlists;

/// <summary>A segment or an entry as somebody states it: any address and any length, those that no list can have included.</summary>
/// <param name="Address">Its first byte.</param>
/// <param name="LengthBytes">Bytes; 0 and more than 32 bits are for an audit to tell.</param>
public readonly record struct StatedSegment(ulong Address, ulong LengthBytes)
{
    /// <summary>Most bytes that <c>sg_dma_len</c> and <c>scatterlist.length</c> can say: 32 bits (include/linux/scatterlist.h).</summary>
    public const ulong LengthBytesMax = uint.MaxValue;

    /// <summary>Whether it is a range of 64-bit addresses at all.</summary>
    public bool IsRange => LengthBytes != 0 && LengthBytes - 1 <= ulong.MaxValue - Address;

    /// <summary>Its last byte; wraps where it is no range.</summary>
    public ulong Last => unchecked(Address + (LengthBytes - 1));

    /// <summary>Whether two ranges have a byte in common.</summary>
    public bool Meets(StatedSegment other) => IsRange && other.IsRange && Address <= other.Last && other.Address <= Last;
}
