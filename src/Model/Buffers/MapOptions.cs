namespace DmaGrains.Model.Buffers;

/// <summary>What an importer asks of one map beyond the direction; nothing by default.</summary>
[Flags]
public enum MapOptions
{
    /// <summary>A mapping as the DMA API gives it.</summary>
    None = 0,

    /// <summary>No copy may stand in: EIO instead of a bounce (thread #12).</summary>
    NoBounce = 1,

    /// <summary>The device must snoop CPU caches, else EOPNOTSUPP (kernel/dma/mapping.c, DMA_ATTR_REQUIRE_COHERENT).</summary>
    RequireCoherent = 2,

    /// <summary>
    /// Map now, flush later: the cache work of the map is owed until a flush. Only where its driver owns the tables, else EOPNOTSUPP
    /// (thread #23, #29, #34).
    /// </summary>
    DeferFlush = 4,

    /// <summary>
    /// In an address space of the process: of this attachment alone, in a context of its own until its last such mapping ends. ENOSPC
    /// when no context is free. Only where the driver owns tables with contexts, else EOPNOTSUPP (thread #34).
    /// </summary>
    OwnSpace = 8,
}
