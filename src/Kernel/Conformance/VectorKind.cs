namespace DmaGrains.Kernel.Conformance;

/// <summary>What the records of a vector file are about.</summary>
/// <remarks>The formats: <c>tests/vectors/README.md</c>.</remarks>
public enum VectorKind
{
    /// <summary>Pages in, scatterlist out: lib/scatterlist.c.</summary>
    Scatterlist,

    /// <summary>Attach and detach histories with the buffer's constraints after each step: RFCv3 2/2.</summary>
    Constraints,

    /// <summary>The fewest segments that can hold a buffer, found by exhaustive search.</summary>
    Representability,

    /// <summary>One mapped segment in, the findings of DMA debugging out: kernel/dma/debug.c.</summary>
    CheckSgSegment,

    /// <summary>A list laid out in an IOMMU's address space: drivers/iommu/dma-iommu.c.</summary>
    IommuMap,

    /// <summary>Ranges taken from an address space and given back: drivers/iommu/iova.c of 7.3.4.</summary>
    Iova,

    /// <summary>Whole lists mapped through an address space and unmapped: drivers/iommu/dma-iommu.c of 7.3.4.</summary>
    IommuPlace,

    /// <summary>Bounces taken from a pool and given back: kernel/dma/swiotlb.c of 7.3.4.</summary>
    Swiotlb,

    /// <summary>Bounces taken from a pool of several areas and given back: kernel/dma/swiotlb.c of 6.12.</summary>
    SwiotlbAreas,

    /// <summary>Ranges of a contiguous area taken and given back: mm/cma.c of 7.3.4.</summary>
    Cma,

    /// <summary>Blocks taken from the lists of a zone and given back: mm/page_alloc.c of 7.3.4.</summary>
    Buddy,
}
