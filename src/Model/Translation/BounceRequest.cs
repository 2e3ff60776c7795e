using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Model.Translation;

/// <summary>What is to be bounced, and for whom.</summary>
/// <param name="LengthBytes">Bytes, 1 or more.</param>
/// <param name="Address">Where the data is.</param>
/// <param name="BoundaryMask">The device's segment boundary mask (2^k-1): the copy crosses no multiple of it plus one.</param>
/// <param name="MinAlignMask">Low bits of the address that the copy keeps (2^k-1, dma_set_min_align_mask; NVMe 0xfff); 0 for none.</param>
/// <param name="AllocAlignMask">What the copy is aligned to, less one (2^k-1): the granule of an IOMMU behind the copy; 0 for none.</param>
/// <remarks>Source: kernel/dma/swiotlb.c, swiotlb_tbl_map_single and swiotlb_search_pool_area of Linux 7.3.4.</remarks>
public readonly record struct BounceRequest(
    ulong LengthBytes, PhysicalAddress Address = default, ulong BoundaryMask = ulong.MaxValue, uint MinAlignMask = 0, uint AllocAlignMask = 0)
{
    private const uint SlotMask = SwiotlbPool.SlotBytes - 1;

    /// <summary>How far into its first slot the copy begins.</summary>
    public uint Inside => (uint)(Address.Value & MinAlignMask & (AllocAlignMask | SlotMask));

    /// <summary>The bytes that are taken, from the beginning of the first slot.</summary>
    public UInt128 SizeBytes => ((UInt128)LengthBytes + Inside + AllocAlignMask) & ~(UInt128)AllocAlignMask;

    /// <summary>The slots that are taken.</summary>
    public UInt128 SlotCount => (SizeBytes + SlotMask) / SwiotlbPool.SlotBytes;

    /// <summary>What the first slot is aligned to, less one: of a page or more, a page, if nothing else is asked.</summary>
    /// <param name="pageOrder">The kernel's page order.</param>
    public uint AlignMask(int pageOrder) => SlotMask
        | (AllocAlignMask == 0 && MinAlignMask == 0 && SizeBytes >= Page.SizeOf(pageOrder) ? Page.SizeOf(pageOrder) - 1 : AllocAlignMask);
}
