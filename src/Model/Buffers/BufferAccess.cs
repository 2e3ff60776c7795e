using Orleans;

namespace DmaGrains.Model.Buffers;

/// <summary>Ways in which an attachment may access a buffer (thread #54).</summary>
[Flags, GenerateSerializer, Alias("dma.buffer-access")]
public enum BufferAccess
{
    /// <summary>No access.</summary>
    None = 0,

    /// <summary>A mapped list with DMA addresses.</summary>
    Map = 1,

    /// <summary>The unmapped list, which the importer maps itself.</summary>
    Scatterlist = 2,

    /// <summary>Page frame numbers.</summary>
    Pfns = 4,
}
