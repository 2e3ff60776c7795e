namespace DmaGrains.Model.Translation;

/// <summary>Where an address space looks for free addresses.</summary>
public enum IovaPolicy
{
    /// <summary>
    /// The highest fitting base, below 4 GiB first (drivers/iommu/dma-iommu.c and iova.c: the kernel's default).
    /// </summary>
    TopDown = 0,

    /// <summary>The lowest fitting base.</summary>
    FirstFit = 1,

    /// <summary>
    /// The next fitting base after the range handed out last; from the start again when none is left, so that a stale
    /// translation is not reused at once (thread #25, etnaviv).
    /// </summary>
    RoundRobin = 2,
}
