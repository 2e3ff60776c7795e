namespace DmaGrains.Model.Buffers;

/// <summary>Kinds of hazards.</summary>
public enum HazardKind
{
    /// <summary>A device attached after the storage was allocated and cannot use the list that others use (thread #2, #4).</summary>
    AttachedTooLate = 0,

    /// <summary>A device was handed a list that breaks its own limits.</summary>
    ListBreaksLimit = 1,

    /// <summary>An attach answered success and attached nothing; what it allocated is leaked (thread #6).</summary>
    SuccessWithoutAttachment = 2,

    /// <summary>A refused attach left the union narrowed (the patch as posted).</summary>
    UnionLeftNarrowed = 3,

    /// <summary>An importer holds a list of a buffer that was revoked; it must stop and unmap.</summary>
    HeldAfterRevoke = 4,

    /// <summary>A device may still reach pages through a stale translation that was not flushed (thread #25).</summary>
    StaleTranslation = 5,

    /// <summary>A device was given a bounced copy: data arrives only at a sync or unmap (thread #12).</summary>
    Bounced = 6,

    /// <summary>An importer that dereferences pages was given joined, translated segments (thread #12, #16).</summary>
    PagesReadBehindTranslation = 7,

    /// <summary>The CPU touched the buffer while devices own it (thread #32).</summary>
    CpuAccessWhileDeviceOwns = 8,

    /// <summary>What the CPU wrote was thrown away with its cache lines (thread #32).</summary>
    DirtyDataLost = 9,

    /// <summary>The CPU read cache lines older than what a device has written.</summary>
    StaleCpuRead = 10,

    /// <summary>A device reads through CPU caches while another writes behind their back: it may see old lines (thread #12).</summary>
    StaleSnoop = 11,

    /// <summary>As posted: a detach whose recalculation failed left the union as it was.</summary>
    UnionKeptAtDetach = 12,

    /// <summary>
    /// A list that a device can use only because memory happened to give suitable pages: adjacent ones for its count, separate ones for its
    /// segment size, none on both sides of its boundary.
    /// </summary>
    ByLuck = 13,

    /// <summary>An importer was accepted though no list can hold the buffer within its limits, or within those of all importers (thread #4, #5, #11).</summary>
    NoListExists = 14,

    /// <summary>
    /// An importer that dereferences pages was handed memory without struct pages, by an exporter that does not know the flag (thread #49,
    /// #54).
    /// </summary>
    NoStructPages = 15,

    /// <summary>
    /// A device or the CPU accessed the buffer before a map's deferred cache work was flushed: it read stale data, or data was lost (thread
    /// #34).
    /// </summary>
    UnflushedCaches = 16,

    /// <summary>
    /// A device was handed the DMA addresses of the exporter's own device, which lead elsewhere for it (amdxdna, thread #12).
    /// </summary>
    ExportersAddresses = 20,

    /// <summary>A device was handed the DMA addresses of the device that first mapped the shared list, which lead elsewhere for it (thread #12).</summary>
    SharedAddresses = 21,
}
