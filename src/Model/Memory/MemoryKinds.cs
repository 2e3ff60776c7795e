namespace DmaGrains.Model.Memory;

/// <summary>What follows from a region's kind.</summary>
public static class MemoryKinds
{
    /// <summary>Whether its pages have a struct page, so that importers may dereference them (thread #49).</summary>
    public static bool HasStructPages(this MemoryKind kind) =>
        kind is MemoryKind.System or MemoryKind.Contiguous or MemoryKind.Protected;

    /// <summary>Whether page frame numbers mean anything to anybody else (thread #54); stolen memory has DMA addresses only (#16).</summary>
    public static bool HasPfns(this MemoryKind kind) => kind is not (MemoryKind.Stolen or MemoryKind.Protected);

    /// <summary>Whether the CPU may look at it.</summary>
    public static bool IsCpuAccessible(this MemoryKind kind) => kind is not (MemoryKind.Stolen or MemoryKind.Protected);

    /// <summary>Whether the exporter has to name it: nothing comes from such a region otherwise.</summary>
    public static bool IsNamedOnly(this MemoryKind kind) => kind > MemoryKind.Contiguous;

    /// <summary>Whether the kernel makes bounces of it: the CPU copies pages that have a struct page, nothing else (kernel/dma/direct.c).</summary>
    public static bool MayBounce(this MemoryKind kind) => kind.HasStructPages() && kind.IsCpuAccessible();
}
