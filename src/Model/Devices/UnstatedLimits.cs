using Orleans;

namespace DmaGrains.Model.Devices;

/// <summary>Limits of a device that its driver leaves unset, and the kernel therefore assumes.</summary>
[Flags, GenerateSerializer, Alias("dma.unstated-limits")]
public enum UnstatedLimits
{
    /// <summary>None: all binding limits were stated.</summary>
    None = 0,

    /// <summary>Segments of 65536 bytes (include/linux/dma-mapping.h, dma_get_max_seg_size).</summary>
    MaxSegmentSize = 1,

    /// <summary>The boundary of 4 GiB that the getters of 2015 assumed (dma_get_seg_boundary).</summary>
    SegmentBoundaryMask = 2,

    /// <summary>Addresses of 32 bits (dma_get_mask).</summary>
    DmaMask = 4,

    /// <summary>2147483647 segments in a list (thread #1: INT_MAX).</summary>
    MaxSegmentCount = 8,
}
