using System.Collections.Immutable;
using DmaGrains.Model.Constraints;

namespace DmaGrains.Kernel.Listings;

/// <summary>A kernel's buffers, as listed in a text.</summary>
/// <param name="Source">What kind of text it is.</param>
/// <param name="Buffers">The buffers, as the text has them.</param>
/// <param name="Problems">Places where the text is incomplete or contradicts itself.</param>
public sealed record ImportedListing(
    ListingSource Source, ImmutableArray<ImportedBuffer> Buffers, ImmutableArray<ListingProblem> Problems)
{
    /// <summary>The number of buffers that the text states, or null.</summary>
    public ulong? StatedCount { get; init; }

    /// <summary>The total size that the text states, in bytes, or null.</summary>
    public ulong? StatedBytes { get; init; }

    /// <summary>Lines outside the listing: text around it, log lines between, the rest of <c>buffer describe</c>.</summary>
    public ImmutableArray<LeftOutLines> LeftOut { get; init; } = [];

    /// <summary>Devices that are attached to any buffer, each once.</summary>
    public IEnumerable<string> Devices => Buffers.SelectMany(buffer => buffer.AttachedDevices ?? []).Distinct();

    /// <summary>Bytes of all buffers, as the kernel sums them: modulo 2^64.</summary>
    public ulong SizeBytes => Buffers.Aggregate(0UL, (sum, buffer) => unchecked(sum + buffer.SizeBytes));
}

/// <summary>One buffer of a listing; null stands for what the text does not tell.</summary>
/// <param name="Line">The line on which it starts, from 1.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="Exporter">Who exported it: a driver, or a heap.</param>
/// <param name="Inode">Its inode number; kernels before 4.16 do not tell it.</param>
/// <param name="AttachedDevices">Attached devices, newest first; null when the text does not tell.</param>
public sealed record ImportedBuffer(
    int Line, ulong SizeBytes, string Exporter, ulong? Inode, ImmutableArray<string>? AttachedDevices)
{
    /// <summary>Its name, which may have any characters, or null.</summary>
    public string? Name { get; init; }

    /// <summary>File flags.</summary>
    public uint? Flags { get; init; }

    /// <summary>File mode.</summary>
    public uint? Mode { get; init; }

    /// <summary>References to the file.</summary>
    public long? Count { get; init; }

    /// <summary>The union, where the kernel has the thread's patch (#0) or the text is of <c>buffer describe</c>.</summary>
    public DmaConstraints? Constraints { get; init; }

    /// <summary>Lines about fences, as the kernel words them.</summary>
    public ImmutableArray<string> Fences { get; init; } = [];

    /// <summary>Whether the text describes the buffer completely.</summary>
    public bool IsComplete { get; init; } = true;
}

/// <summary>Kinds of listings.</summary>
public enum ListingSource
{
    /// <summary>/sys/kernel/debug/dma_buf/bufinfo, or a part of it, or what <c>buffer describe</c> prints.</summary>
    Bufinfo,

    /// <summary>Files of /sys/kernel/dmabuf/buffers, as lines of path and value.</summary>
    Sysfs,
}

/// <summary>A place where a listing is incomplete or contradicts itself.</summary>
/// <param name="Line">The line, from 1.</param>
/// <param name="Problem">One sentence for the user.</param>
public sealed record ListingProblem(int Line, string Problem);
