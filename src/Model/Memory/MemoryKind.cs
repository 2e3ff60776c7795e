namespace DmaGrains.Model.Memory;

/// <summary>What a region of memory is; the order is from least to most scarce.</summary>
public enum MemoryKind
{
    /// <summary>A zone of the page allocator. It hands out blocks of at most 4 MiB (order 10), naturally aligned.</summary>
    System = 0,

    /// <summary>A contiguous memory area (CMA): ranges of any length up to its size.</summary>
    Contiguous = 1,
}
