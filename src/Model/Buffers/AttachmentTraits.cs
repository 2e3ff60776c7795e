namespace DmaGrains.Model.Buffers;

/// <summary>What a device brought with it when it attached.</summary>
[Flags]
public enum AttachmentTraits
{
    /// <summary>Nothing special.</summary>
    None = 0,

    /// <summary>Its accesses snoop CPU caches.</summary>
    Coherent = 1,

    /// <summary>It takes pages for addresses.</summary>
    NeedsStructPage = 2,

    /// <summary>Each line of a frame takes segments of its own.</summary>
    SegmentsPerLine = 4,

    /// <summary>The storage is a peer's memory, and no bus leads there.</summary>
    NoPeerRoute = 8,
}
