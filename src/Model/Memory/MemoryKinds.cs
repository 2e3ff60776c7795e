namespace DmaGrains.Model.Memory;

/// <summary>Properties of memory kinds.</summary>
public static class MemoryKinds
{
    /// <summary>Whether its pages have a struct page, so that importers may dereference them (thread #49).</summary>
    public static bool HasStructPages(this MemoryKind kind) =>
        kind is MemoryKind.System or MemoryKind.Contiguous or MemoryKind.Protected;

    /// <summary>Whether importers can use its page frame numbers (thread #54); stolen memory has DMA addresses only (#16).</summary>
    public static bool HasPfns(this MemoryKind kind) => kind is not (MemoryKind.Stolen or MemoryKind.Protected);

    /// <summary>Whether the CPU may access it.</summary>
    public static bool IsCpuAccessible(this MemoryKind kind) => kind is not (MemoryKind.Stolen or MemoryKind.Protected);

    /// <summary>Whether buffers come from such a region only when the exporter names it.</summary>
    public static bool IsNamedOnly(this MemoryKind kind) => kind > MemoryKind.Contiguous;

    /// <summary>Whether buffers are allocated from it: all but the pool for bounces.</summary>
    public static bool HoldsBuffers(this MemoryKind kind) => kind != MemoryKind.Bounce;

    /// <summary>Whether the kernel can bounce it: the CPU copies only pages with a struct page (kernel/dma/direct.c).</summary>
    public static bool IsBounceable(this MemoryKind kind) => kind.HasStructPages() && kind.IsCpuAccessible();
}
