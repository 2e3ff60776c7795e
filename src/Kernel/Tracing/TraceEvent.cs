using System.Collections.Immutable;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Kernel.Tracing;

/// <summary>What one line of a trace says. A null is what the line does not tell: it was recorded without it, or the probe could not read it.</summary>
internal abstract record TraceEvent
{
    /// <summary>The line, from 1.</summary>
    public long Line { get; init; }

    /// <summary>Who ran, where and when.</summary>
    public TraceHead Head { get; init; }

    /// <summary>A probe on a function that shares buffers.</summary>
    internal abstract record Probe : TraceEvent;

    /// <summary>dma_buf_export begins.</summary>
    public sealed record Export(string? Exporter, ulong? SizeBytes) : Probe;

    /// <summary>dma_buf_export has returned.</summary>
    public sealed record Exported(ulong Buffer, ulong? SizeBytes, ulong? Inode) : Probe;

    /// <summary>dma_buf_dynamic_attach begins.</summary>
    public sealed record Attach(BufferSeen Buffer, string? Device, bool? IsDynamic) : Probe;

    /// <summary>dma_buf_dynamic_attach has returned.</summary>
    public sealed record Attached(ulong Attachment) : Probe;

    /// <summary>dma_buf_map_attachment begins.</summary>
    public sealed record Map(ulong Attachment, BufferSeen Buffer, string? Device, DmaDirection? Direction) : Probe;

    /// <summary>dma_buf_map_attachment has returned.</summary>
    public sealed record Mapped(ulong Table, uint? SegmentCount, uint? EntryCount) : Probe;

    /// <summary>dma_buf_unmap_attachment begins.</summary>
    public sealed record Unmap(ulong Attachment, BufferSeen Buffer, string? Device, DmaDirection? Direction) : Probe;

    /// <summary>dma_buf_detach begins.</summary>
    public sealed record Detach(ulong Attachment, BufferSeen Buffer, string? Device) : Probe;

    /// <summary>dma_buf_release begins: the buffer ends.</summary>
    public sealed record Release(ulong Buffer) : Probe;

    /// <summary>Something else is done with a buffer: a descriptor, a reference, CPU access, a pin.</summary>
    public sealed record Use(TraceUse What, BufferSeen Buffer, DmaDirection? Direction) : Probe;

    /// <summary>A probe that tells nothing of a buffer by itself.</summary>
    public sealed record OtherProbe : Probe;

    /// <summary>An event of the group dma_buf of newest kernels, which names buffers by inode number only.</summary>
    public sealed record Tracepoint(TraceUse What, string? Exporter, ulong SizeBytes, ulong Inode, string? Device, string? Attachment) : TraceEvent;

    /// <summary>dma_map_sg: a list was mapped.</summary>
    public sealed record MapList(string Device, DmaDirection Direction, int EntryCount, int SegmentCount, ImmutableArray<StatedSegment> Segments, ImmutableArray<ulong> Physical)
        : TraceEvent;

    /// <summary>dma_map_sg_err: mapping a list failed in a way that nobody expects.</summary>
    public sealed record MapListFailed(string Device, int Error) : TraceEvent;

    /// <summary>dma_unmap_sg: a list was unmapped.</summary>
    public sealed record UnmapList(string Device, ImmutableArray<ulong> Physical) : TraceEvent;

    /// <summary>A device's driver mapped, unmapped, allocated or freed memory that is no list.</summary>
    public sealed record DeviceMemory(DeviceMemoryKind Kind, string Device, ulong SizeBytes) : TraceEvent;

    /// <summary>iommu map: entries of an IOMMU were written.</summary>
    public sealed record IommuMap(ulong Iova, ulong Physical, ulong SizeBytes) : TraceEvent;

    /// <summary>io_page_fault: a device used an address for which its IOMMU has no entry.</summary>
    public sealed record Fault(string Device, string Driver, ulong Iova, ulong Flags) : TraceEvent;

    /// <summary>swiotlb_bounced: an entry is to be copied through the bounce pool.</summary>
    public sealed record Bounced(string Device, ulong DmaMask, ulong Address, ulong SizeBytes, bool IsForced) : TraceEvent;

    /// <summary>cma_alloc_finish: a contiguous area gave pages, or refused.</summary>
    public sealed record Contiguous(string Area, ulong PageCount, int Error) : TraceEvent;

    /// <summary>A fence was made, signalled or waited for.</summary>
    public sealed record Fence(string Driver) : TraceEvent;

    /// <summary>An event that says nothing of buffers or mappings.</summary>
    public sealed record Other : TraceEvent;

    /// <summary>The recorder says that events are missing.</summary>
    /// <param name="Count">How many; null when it does not say.</param>
    /// <param name="AreOldest">Whether they are the oldest ones, which were overwritten.</param>
    public sealed record Lost(ulong? Count, bool AreOldest) : TraceEvent;

    /// <summary>An event whose text cannot be read: forged, or damaged.</summary>
    public sealed record Unreadable(string Why) : TraceEvent;

    /// <summary>A line that is no event: a comment of the recorder, or text around the trace.</summary>
    public sealed record Outside : TraceEvent;
}

/// <summary>What a line says of its buffer.</summary>
/// <param name="Pointer">Its address in the kernel; others come to have it after the buffer was freed.</param>
/// <param name="Inode">Its inode number, for good.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="Exporter">Its exporter.</param>
internal readonly record struct BufferSeen(ulong Pointer, ulong? Inode, ulong? SizeBytes = null, string? Exporter = null);

/// <summary>What is done with a buffer beside attaching, mapping and their ends.</summary>
internal enum TraceUse
{
    /// <summary>It is exported (tracepoint only).</summary>
    Export,

    /// <summary>A device attaches (tracepoint only).</summary>
    Attach,

    /// <summary>A device detaches (tracepoint only).</summary>
    Detach,

    /// <summary>It gets a descriptor.</summary>
    Descriptor,

    /// <summary>It is found by its descriptor.</summary>
    Get,

    /// <summary>A reference to it is given back.</summary>
    Put,

    /// <summary>The CPU begins to use it.</summary>
    CpuBegin,

    /// <summary>The CPU has used it.</summary>
    CpuEnd,

    /// <summary>The kernel maps it for the CPU.</summary>
    Vmap,

    /// <summary>The kernel ends that.</summary>
    Vunmap,

    /// <summary>An importer pins it where it is.</summary>
    Pin,

    /// <summary>An importer ends that.</summary>
    Unpin,

    /// <summary>Its exporter tells importers that it moves.</summary>
    Move,

    /// <summary>A process maps it.</summary>
    Mmap,
}

/// <summary>What a device's driver did with memory that is no list.</summary>
internal enum DeviceMemoryKind
{
    /// <summary>It mapped a page.</summary>
    Map,

    /// <summary>It unmapped one.</summary>
    Unmap,

    /// <summary>It allocated.</summary>
    Allocate,

    /// <summary>It freed.</summary>
    Free,

    /// <summary>It synchronised.</summary>
    Sync,
}
