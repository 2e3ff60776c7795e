namespace DmaGrains.Model.Buffers;

/// <summary>What an importer asks of one map beyond its direction; nothing by default.</summary>
[Flags]
public enum MapOptions
{
    /// <summary>A mapping as the DMA API gives it.</summary>
    None = 0,

    /// <summary>No bounce: EIO where a copy would be needed (thread #12).</summary>
    NoBounce = 1,

    /// <summary>
    /// The device must snoop CPU caches, else EOPNOTSUPP, and there is no bounce: EIO where a copy would be needed (kernel/dma/mapping.c and
    /// direct.h, DMA_ATTR_REQUIRE_COHERENT of 7.x).
    /// </summary>
    RequireCoherent = 2,

    /// <summary>
    /// Map now, flush later: the map's cache work is owed until a flush. EOPNOTSUPP unless the device's driver owns the MMU's tables
    /// (thread #23, #29, #34).
    /// </summary>
    DeferFlush = 4,

    /// <summary>
    /// Map into an address space of the process: a context for this attachment alone, until its last such mapping ends. ENOSPC when no
    /// context is free; EOPNOTSUPP unless the driver owns tables with contexts (thread #34).
    /// </summary>
    OwnSpace = 8,
}
