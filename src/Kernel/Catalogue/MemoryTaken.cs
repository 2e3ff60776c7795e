namespace DmaGrains.Kernel.Catalogue;

/// <summary>What memory a driver takes.</summary>
public enum MemoryTaken
{
    /// <summary>Pages anywhere: it walks a list, or has page tables of its own.</summary>
    Scattered,

    /// <summary>One range.</summary>
    Contiguous,

    /// <summary>One range of addresses, which an IOMMU may make of pages anywhere.</summary>
    Iommu,
}
