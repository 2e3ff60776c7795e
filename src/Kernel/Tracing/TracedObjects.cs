using System.Collections.Immutable;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Kernel.Tracing;

/// <summary>A buffer that a trace tells of.</summary>
/// <param name="name">Its name in reports: b1, b2 in the order in which they are seen.</param>
internal sealed class TracedBuffer(string name)
{
    public string Name { get; } = name;

    public ulong Pointer { get; init; }

    public ulong? Inode { get; set; }

    public ulong? SizeBytes { get; set; }

    public string? Exporter { get; set; }

    /// <summary>The step that exported it; null when the trace does not have it.</summary>
    public TracedStep? Export { get; set; }

    /// <summary>The line on which it is first seen.</summary>
    public long Line { get; init; }

    /// <summary>The line of its release; null when it is still there, or went unseen.</summary>
    public long? ReleaseLine { get; set; }

    /// <summary>Whether another buffer has its address, so that it must have ended where the trace does not tell.</summary>
    public bool WentUnseen { get; set; }

    /// <summary>Attachments that have not ended, in no order.</summary>
    public HashSet<TracedAttachment> Attachments { get; } = [];

    /// <summary>The lowest physical address of any list, or of what was to be copied; null when neither was seen.</summary>
    public ulong? LowestPhysical { get; private set; }

    /// <summary>The highest physical address at which an entry of any list starts.</summary>
    public ulong? HighestPhysical { get; private set; }

    /// <summary>Entries were seen at these physical addresses.</summary>
    public void LiesAt(ulong lowest, ulong highest)
    {
        LowestPhysical = Math.Min(LowestPhysical ?? ulong.MaxValue, lowest);
        HighestPhysical = Math.Max(HighestPhysical ?? 0, highest);
    }
}

/// <summary>A device's attachment to a buffer.</summary>
/// <param name="buffer">The buffer.</param>
/// <param name="number">Its number among all attachments, from 1.</param>
internal sealed class TracedAttachment(TracedBuffer buffer, int number)
{
    public TracedBuffer Buffer { get; } = buffer;

    public int Number { get; } = number;

    public string? Device { get; set; }

    /// <summary>The task that attached, or that first used an attachment from before.</summary>
    public string Task { get; init; } = string.Empty;

    public int Pid { get; init; }

    /// <summary>The line on which it is first seen.</summary>
    public long Line { get; init; }

    /// <summary>Whether its attach is not in the trace.</summary>
    public bool IsFromBefore { get; init; }

    /// <summary>How often it is mapped now, of the maps that the trace has.</summary>
    public int MapCount { get; set; }

    /// <summary>The lists that are mapped for it, the last one last; more than one where an exporter maps anew at each map.</summary>
    public List<TracedList> Lists { get; } = [];

    /// <summary>The list that was mapped last, also when its exporter keeps it after an unmap; null when there is none, or none is known.</summary>
    public TracedList? List => Lists.Count == 0 ? null : Lists[^1];

    /// <summary>Whether <see cref="List"/> tells: false when a list may be mapped that the trace does not have.</summary>
    public bool ListIsKnown { get; set; }

    /// <summary>Its address in the kernel, or what stands for it.</summary>
    public ulong Pointer { get; init; }

    /// <summary>Counts its maps, so that what was waited for before the last one is no longer.</summary>
    public int Generation { get; set; }
}

/// <summary>A list that was mapped for a device.</summary>
internal sealed class TracedList
{
    /// <summary>Segments as the device walks them: those that the kernel shows, 128 at most.</summary>
    public required ImmutableArray<StatedSegment> Segments { get; set; }

    /// <summary>How many there are.</summary>
    public required int SegmentCount { get; init; }

    /// <summary>How many entries it was made of.</summary>
    public required int EntryCount { get; init; }

    /// <summary>The longest of the segments shown, in bytes.</summary>
    public required ulong LongestBytes { get; init; }

    /// <summary>A hash of the first 128 physical addresses, by which an unmap is recognized.</summary>
    public required ulong Key { get; init; }

    /// <summary>Whether device and CPU use different addresses.</summary>
    public required bool IsTranslated { get; init; }

    /// <summary>Copies through the bounce pool, by entry.</summary>
    public Bounces Bounces { get; init; }

    /// <summary>Whether entries of an IOMMU were written just before.</summary>
    public bool HasIommu { get; init; }

    /// <summary>Whether the kernel showed only the first segments.</summary>
    public bool IsTruncated => Segments.Length < SegmentCount;
}

/// <summary>Entries that were to be copied through the bounce pool.</summary>
/// <param name="Count">How many.</param>
/// <param name="SizeBytes">Their bytes.</param>
/// <param name="Slots">The slots of 2 KiB that they take.</param>
/// <param name="DmaMask">The device's mask, which the event tells.</param>
/// <param name="AreForced">Whether everything is made to bounce.</param>
/// <param name="LastSlots">Those of the last entry, which did not fit where the map was refused.</param>
internal readonly record struct Bounces(int Count, ulong SizeBytes, ulong Slots, ulong DmaMask, bool AreForced, ulong LastSlots)
{
    public const ulong SlotBytes = 2048;

    public Bounces With(TraceEvent.Bounced bounced)
    {
        // A forged size must not overflow what honest ones add up to.
        var size = Math.Min(bounced.SizeBytes, uint.MaxValue);
        var slots = (size + SlotBytes - 1) / SlotBytes;
        return new(Count + 1, SizeBytes + size, Slots + slots, bounced.DmaMask, AreForced || bounced.IsForced, slots);
    }
}

/// <summary>Something that happened to a buffer.</summary>
internal sealed class TracedStep
{
    public required int Number { get; init; }

    public required TraceOp Op { get; init; }

    public required long Line { get; init; }

    public required TraceHead Head { get; init; }

    public TracedBuffer? Buffer { get; set; }

    public TracedAttachment? Attachment { get; set; }

    public string? Device { get; init; }

    public DmaDirection? Direction { get; init; }

    public string? Exporter { get; init; }

    public ulong? SizeBytes { get; set; }

    public bool? IsDynamic { get; init; }

    /// <summary>0 when granted, a negative errno when refused, null when the trace does not have its return.</summary>
    public int? Result { get; set; }

    public TracedList? List { get; set; }

    public uint? SegmentCount { get; set; }

    public uint? EntryCount { get; set; }

    /// <summary>Whether the kernel made or ended a mapping then; null when that is not known.</summary>
    public bool? DmaApiCall { get; set; }

    /// <summary>What was to be copied at a map that was refused.</summary>
    public Bounces RefusedBounces { get; set; }
}

/// <summary>What happens to buffers.</summary>
public enum TraceOp
{
    /// <summary>It is exported.</summary>
    Export,

    /// <summary>A device attaches.</summary>
    Attach,

    /// <summary>An attachment is mapped.</summary>
    Map,

    /// <summary>An attachment is unmapped.</summary>
    Unmap,

    /// <summary>A device detaches.</summary>
    Detach,

    /// <summary>It ends.</summary>
    Release,

    /// <summary>The CPU begins to use it.</summary>
    CpuBegin,

    /// <summary>The CPU has used it.</summary>
    CpuEnd,

    /// <summary>The kernel maps it for the CPU.</summary>
    Vmap,

    /// <summary>The kernel ends that.</summary>
    Vunmap,

    /// <summary>An importer pins it.</summary>
    Pin,

    /// <summary>An importer unpins it.</summary>
    Unpin,

    /// <summary>Its exporter tells importers that it moves.</summary>
    Move,
}

/// <summary>What a device's driver maps beside lists of buffers: disks, network cards, objects of its own.</summary>
internal sealed class TracedDevice(string name)
{
    public string Name { get; } = name;

    public long BufferMaps { get; set; }

    public long OtherLists { get; set; }

    public long OtherUnmaps { get; set; }

    public long PagesMapped { get; set; }

    public long PagesUnmapped { get; set; }

    public long Allocations { get; set; }

    public long Frees { get; set; }

    public Bounces OtherBounces { get; set; }

    public ulong? DmaMask { get; set; }

    public long Faults { get; set; }

    /// <summary>The lowest DMA address of a translated list of a buffer.</summary>
    public ulong? LowestIova { get; set; }

    /// <summary>The last one.</summary>
    public ulong HighestIova { get; set; }
}

/// <summary>A place where a trace is incomplete or contradicts itself.</summary>
/// <param name="Line">The line, from 1.</param>
/// <param name="Problem">One sentence for the user.</param>
public sealed record TraceProblem(long Line, string Problem);
