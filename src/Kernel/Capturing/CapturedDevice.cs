using DmaGrains.Kernel.Catalogue;

namespace DmaGrains.Kernel.Capturing;

/// <summary>A device for a board file; what could not be read is null.</summary>
/// <param name="Name">Its name on the board.</param>
/// <param name="KernelName">The kernel's name for it.</param>
/// <param name="Bus">Its bus, such as pci, virtio or platform.</param>
/// <param name="Path">Its path in /sys, with links resolved.</param>
/// <param name="Driver">Its driver.</param>
internal sealed record CapturedDevice(string Name, string KernelName, string Bus, string Path, string Driver)
{
    /// <summary>Userspace's names for what it offers, such as <c>block vda</c>.</summary>
    public required IReadOnlyList<string> Interfaces { get; init; }

    /// <summary>Other facts about it, for comments in the file.</summary>
    public required IReadOnlyList<string> Facts { get; init; }

    /// <summary>The combined limits of its block queues.</summary>
    public required QueueLimits Limits { get; init; }

    /// <summary>The highest address that it can form, with its source.</summary>
    public (ulong Mask, string Source)? DmaMask { get; init; }

    /// <summary>Whether it snoops, with the source.</summary>
    public (bool Snoops, string Source)? Coherent { get; init; }

    /// <summary>What the catalogue knows of its driver; null for nothing.</summary>
    public CatalogueDriver? Known { get; init; }

    /// <summary>What told the driver in the catalogue, where that was not its name; null otherwise.</summary>
    public string? KnownBy { get; init; }

    /// <summary>The <c>compatible</c> strings of its node in the device tree; none without one.</summary>
    public IReadOnlyList<string> Compatible { get; init; } = [];

    /// <summary>Its IOMMU group, or null.</summary>
    public string? Group { get; init; }
}

/// <summary>The combined limits of a device's block queues: the lowest of each; null for one that no queue states.</summary>
/// <param name="MaxSegmentSize">Bytes, and the queue that states it.</param>
/// <param name="MaxSegments">Segments, and the queue that states it.</param>
/// <param name="BoundaryMask">2^k-1, and the queue that states it.</param>
/// <param name="VirtBoundaryMask">2^k-1 up to 0xfff, the largest, and the queue that says so.</param>
internal sealed record QueueLimits(
    (ulong Value, string Source)? MaxSegmentSize,
    (ulong Value, string Source)? MaxSegments,
    (ulong Value, string Source)? BoundaryMask,
    (ulong Value, string Source)? VirtBoundaryMask);
