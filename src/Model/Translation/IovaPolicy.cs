namespace DmaGrains.Model.Translation;

/// <summary>Where an address space looks for free addresses.</summary>
public enum IovaPolicy
{
    /// <summary>
    /// The DMA API's: downwards from the last range that was handed out, for requests below 4 GiB and for others each from their own; when
    /// nothing fits there, once more from the limit. Fewer than 32 granules are rounded up to a power of two. PCI devices are given
    /// addresses below 4 GiB until those are used up once (drivers/iommu/iova.c, alloc_iova_fast and __alloc_and_insert_iova_range;
    /// drivers/iommu/dma-iommu.c, iommu_dma_alloc_iova; Linux 7.3.4).
    /// </summary>
    TopDown = 0,

    /// <summary>The lowest fitting base, of a driver that owns its tables (drivers/gpu/drm/drm_mm.c, DRM_MM_INSERT_LOW).</summary>
    FirstFit = 1,

    /// <summary>
    /// The next fitting base after the range handed out last; from the start again when none is left, so that a stale
    /// translation is not reused at once (thread #25, etnaviv).
    /// </summary>
    RoundRobin = 2,
}
