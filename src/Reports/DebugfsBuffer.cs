using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Constraints;

namespace DmaGrains.Reports;

/// <summary>A buffer as the kernel's debugfs lists it, with the thread's line of constraints (#0).</summary>
/// <param name="SizeBytes">Its size.</param>
/// <param name="Flags">File flags.</param>
/// <param name="Mode">File mode.</param>
/// <param name="Count">References to the file.</param>
/// <param name="ExporterName">The exporter: a driver or a heap.</param>
/// <param name="Inode">Its inode number.</param>
/// <param name="Name">Its name, or null.</param>
/// <param name="Constraints">The union; null when the kernel does not have the thread's patch.</param>
/// <param name="AttachedDevices">Attached devices, the newest first.</param>
/// <remarks>
/// Source: drivers/dma-buf/dma-buf.c, dma_buf_debug_show; thread #0, dma_buf_describe. Column widths are minimum widths: 2^32-1 has ten
/// digits.
/// </remarks>
public sealed record DebugfsBuffer(
    ulong SizeBytes,
    uint Flags,
    uint Mode,
    long Count,
    string ExporterName,
    ulong Inode,
    string? Name,
    DmaConstraints? Constraints,
    ImmutableArray<string> AttachedDevices)
{
    /// <summary>Lines about pending fences, as the kernel words them; the model has none.</summary>
    public ImmutableArray<string> Fences { get; init; } = [];

    /// <summary>O_RDWR: every buffer here can be read and written.</summary>
    private const uint ReadWrite = 0x2;

    /// <summary>FMODE_READ, FMODE_WRITE, FMODE_LSEEK and FMODE_OPENED, as captures of running kernels have it.</summary>
    private const uint OpenedMode = 0x80007;

    /// <summary>The kernel's name of the heap for system RAM.</summary>
    private const string SystemHeap = "system";

    /// <summary>
    /// Describes a buffer of the model. It has no file, so flags and mode are fixed, and the references are the exporter's and each
    /// importer's.
    /// </summary>
    /// <param name="buffer">The buffer.</param>
    /// <param name="inode">Its inode number, which the model does not have.</param>
    public static DebugfsBuffer Of(DmaBuffer buffer, ulong inode = 1) => new(
        buffer.SizeBytes,
        ReadWrite,
        OpenedMode,
        (buffer.IsReleased ? 0 : 1) + buffer.Attachments.Length,
        buffer.Origin.Exporter ?? buffer.Origin.Memory.Names.FirstOrDefault() ?? SystemHeap,
        inode,
        buffer.Name,
        buffer.Constraints,
        [.. buffer.Attachments.OrderByDescending(attachment => attachment.Sequence).Select(attachment => attachment.Device)]);

    /// <summary>The lines, each with a line end, followed by an empty one as in the kernel.</summary>
    public string ToText()
    {
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"{SizeBytes:D8}\t{Flags:x8}\t{Mode:x8}\t{Count:D8}\t{ExporterName}\t{Inode:D8}\t{Name ?? "<none>"}\n");
        if (Constraints is { } union)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"\tConstraints: Seg Count: {union.MaxSegmentCount:D8}, Seg Size: {union.MaxSegmentSize:D8} seg boundary mask: {union.SegmentBoundaryMask:x8}\n");
        }

        foreach (var fence in Fences)
        {
            text.Append(CultureInfo.InvariantCulture, $"\t{fence}\n");
        }

        text.Append("\tAttached Devices:\n");
        foreach (var device in AttachedDevices)
        {
            text.Append(CultureInfo.InvariantCulture, $"\t{device}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"Total {AttachedDevices.Length} devices attached\n\n");
        return text.ToString();
    }
}
