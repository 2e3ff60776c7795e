namespace DmaGrains.Model.Memory;

/// <summary>How peers get the addresses of a device's own memory.</summary>
public enum PeerPath
{
    /// <summary>From the list's pages, which are mapped like others (kernel/dma/mapping.c, dma_map_sgtable): no path is EREMOTEIO.</summary>
    Pages = 0,

    /// <summary>
    /// From physical ranges, through the host bridge: the list has no pages, and an MMU on the way translates
    /// (drivers/dma-buf/dma-buf-mapping.c, dma_buf_phys_vec_to_sgt, PCI_P2PDMA_MAP_THRU_HOST_BRIDGE). No path is EINVAL.
    /// </summary>
    HostBridge = 1,

    /// <summary>From physical ranges, below a common switch: the list has bus addresses, and no MMU sees them (PCI_P2PDMA_MAP_BUS_ADDR).</summary>
    BusAddress = 2,
}
