namespace DmaGrains.Model.Memory;

/// <summary>What a region of memory is; the order is from least to most scarce.</summary>
public enum MemoryKind
{
    /// <summary>A zone of the page allocator. It hands out blocks of at most 4 MiB (order 10), naturally aligned.</summary>
    System = 0,

    /// <summary>A contiguous memory area (CMA): ranges of any length up to its size.</summary>
    Contiguous = 1,

    /// <summary>Memory kept out of the kernel's hands: no struct pages, any length (thread #28, #30).</summary>
    Carveout = 2,

    /// <summary>A device's own memory: no struct pages, peers reach it over their bus (thread #15, #16).</summary>
    Vram = 3,

    /// <summary>Memory that firmware took for the graphics: no struct pages and no CPU access, DMA addresses only (thread #16).</summary>
    Stolen = 4,

    /// <summary>Opaque memory: for trusted devices only, no CPU access (thread #56; drivers/tee/tee_heap.c).</summary>
    Protected = 5,

    /// <summary>The pool for bounces; no buffer is allocated from it (kernel/dma/swiotlb.c).</summary>
    Bounce = 6,
}
