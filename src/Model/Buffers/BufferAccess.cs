namespace DmaGrains.Model.Buffers;

/// <summary>How an attachment may get at a buffer (thread #54).</summary>
[Flags]
public enum BufferAccess
{
    /// <summary>Not at all.</summary>
    None = 0,

    /// <summary>A mapped list: DMA addresses.</summary>
    Map = 1,

    /// <summary>The list as it is, for the importer to map.</summary>
    Scatterlist = 2,

    /// <summary>Page frame numbers.</summary>
    Pfns = 4,
}
