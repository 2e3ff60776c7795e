using Orleans;

namespace DmaGrains.Model.Buffers;

/// <summary>Properties of a device at the time it attached.</summary>
[Flags, GenerateSerializer, Alias("dma.attachment-traits")]
public enum AttachmentTraits
{
    /// <summary>Nothing special.</summary>
    None = 0,

    /// <summary>Its accesses snoop CPU caches.</summary>
    Coherent = 1,

    /// <summary>It dereferences pages instead of using DMA addresses.</summary>
    NeedsStructPage = 2,

    /// <summary>It needs separate segments for each line of a frame.</summary>
    SegmentsPerLine = 4,

    /// <summary>The storage is a peer's memory that no bus connects to the device.</summary>
    NoPeerRoute = 8,

    /// <summary>It is a PCI device.</summary>
    Pci = 16,

    /// <summary>It takes one contiguous run, in however many segments.</summary>
    Contiguous = 32,
}
