namespace DmaGrains.Model.Memory;

/// <summary>Kinds of memory regions, from least to most scarce.</summary>
public enum MemoryKind
{
    /// <summary>
    /// A zone of the page allocator. It has naturally aligned blocks of at most <see cref="MemoryRegionLayout.SystemBlockPages"/>, 4 MiB with
    /// pages of 4 KiB: one range comes from one block, other storage in blocks of the orders 8, 4 and 0 (mm/page_alloc.c).
    /// </summary>
    System = 0,

    /// <summary>A contiguous memory area (CMA): ranges of any length up to its size.</summary>
    Contiguous = 1,

    /// <summary>Memory that the kernel does not manage: no struct pages, ranges of any length (thread #28, #30).</summary>
    Carveout = 2,

    /// <summary>A device's own memory: no struct pages; peers reach it over a bus (thread #15, #16).</summary>
    Vram = 3,

    /// <summary>Memory that firmware reserved for graphics: no struct pages and no CPU access, DMA addresses only (thread #16).</summary>
    Stolen = 4,

    /// <summary>Opaque memory: for trusted devices only, no CPU access (thread #56; drivers/tee/tee_heap.c).</summary>
    Protected = 5,

    /// <summary>The bounce pool; buffers are never allocated from it (kernel/dma/swiotlb.c).</summary>
    Bounce = 6,
}
