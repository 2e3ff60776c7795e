namespace DmaGrains.Kernel.Logs;

/// <summary>What a line of a kernel log says of DMA.</summary>
public enum LogKind
{
    /// <summary>A device does not reach the memory that it was to map, and there was no copy.</summary>
    OutOfReach,

    /// <summary>The bounce pool has no room.</summary>
    PoolFull,

    /// <summary>A contiguous area has no room.</summary>
    AreaFull,

    /// <summary>A list has a longer segment than its device says it takes.</summary>
    SegmentTooLong,

    /// <summary>A segment of a list crosses a boundary that its device says it cannot cross.</summary>
    SegmentAcrossBoundary,

    /// <summary>A driver was unbound and has left mappings.</summary>
    LeftMapped,

    /// <summary>A driver uses the DMA API wrongly.</summary>
    WrongUse,

    /// <summary>A device used an address for which its IOMMU has no entry, or none that allows it.</summary>
    IommuFault,

    /// <summary>An import of a buffer failed.</summary>
    ImportFailed,
}

/// <summary>What a log says of DMA at one place or at several, where the same is said of the same device.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Line">The first line that says so, from 1.</param>
/// <param name="Text">That line from the message on, shortened.</param>
internal sealed record LogFinding(LogKind Kind, long Line, string Text)
{
    /// <summary>The device, by its kernel name; null when the line does not name it.</summary>
    public string? Device { get; init; }

    /// <summary>Its driver, or its bus where it has none.</summary>
    public string? Driver { get; init; }

    /// <summary>An address that the line names.</summary>
    public ulong? Address { get; init; }

    /// <summary>How much was asked for, in bytes.</summary>
    public ulong? SizeBytes { get; init; }

    /// <summary>What stands in the way: the highest address, the longest segment, the boundary mask, the bytes of the pool or the area.</summary>
    public ulong? Limit { get; init; }

    /// <summary>How much of the pool is in use, or of the area is free, in bytes.</summary>
    public ulong? OtherBytes { get; init; }

    /// <summary>The error number that the line names, negative.</summary>
    public int? Error { get; init; }

    /// <summary>What it means, in one or two sentences with the names and numbers.</summary>
    public required string Why { get; init; }

    /// <summary>What helps on any machine, or null.</summary>
    public string? Help { get; init; }

    /// <summary>The same finding again is one that is equal in this.</summary>
    public object Key => (Kind, Device, Driver, Why);
}
