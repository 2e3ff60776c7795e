namespace DmaGrains.Kernel.Capturing;

/// <summary>A device for a board file; what could not be read is null.</summary>
/// <param name="Name">Its name on the board.</param>
/// <param name="KernelName">What the kernel calls it.</param>
/// <param name="Bus">Such as pci, virtio or platform.</param>
/// <param name="Path">Where it is in /sys, without links.</param>
/// <param name="Driver">Its driver.</param>
internal sealed record CapturedDevice(string Name, string KernelName, string Bus, string Path, string Driver)
{
    /// <summary>What userspace calls what it offers, such as <c>block vda</c>.</summary>
    public required IReadOnlyList<string> Interfaces { get; init; }

    /// <summary>What else is known of it, for people.</summary>
    public required IReadOnlyList<string> Facts { get; init; }

    /// <summary>Limits of its block queues together; null where none states one.</summary>
    public required QueueLimits Limits { get; init; }

    /// <summary>The highest address that it forms, and where that comes from.</summary>
    public (ulong Mask, string Source)? DmaMask { get; init; }

    /// <summary>Whether it snoops, and where that comes from.</summary>
    public (bool Snoops, string Source)? Coherent { get; init; }

    /// <summary>Its IOMMU group; null when it is in none.</summary>
    public string? Group { get; init; }
}

/// <summary>What block queues of one device ask for together: the least of each limit.</summary>
/// <param name="MaxSegmentSize">Bytes, and the queue that says so.</param>
/// <param name="MaxSegments">Segments, and the queue that says so.</param>
/// <param name="BoundaryMask">2^k-1, and the queue that says so.</param>
/// <param name="VirtBoundaryMask">2^k-1 up to 0xfff, the largest, and the queue that says so.</param>
internal sealed record QueueLimits(
    (ulong Value, string Source)? MaxSegmentSize,
    (ulong Value, string Source)? MaxSegments,
    (ulong Value, string Source)? BoundaryMask,
    (ulong Value, string Source)? VirtBoundaryMask);
