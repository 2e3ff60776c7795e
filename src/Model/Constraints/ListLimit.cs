using System.Collections.Immutable;
using System.Numerics;
using DmaGrains.Model.Buffers;

namespace DmaGrains.Model.Constraints;

/// <summary>
/// A limit of a device beyond count, size and boundary of segments: one row of <see cref="All"/>. Files, schema, commands, reports, union,
/// checks, audit and advice iterate over the rows. A value of 0 means not stated.
/// </summary>
/// <param name="Field">Its name in refusals; in files it is spelt in snake case.</param>
/// <param name="Unit">What it counts.</param>
/// <param name="Most">The largest value; the smallest is 1.</param>
/// <param name="Description">A description for help and schema.</param>
/// <param name="Takes">A clause for messages, after the device's name: "takes segments that …".</param>
public sealed record ListLimit(string Field, LimitUnit Unit, ulong Most, string Description, Func<ulong, string> Takes)
{
    /// <summary>The alignment of the start of each segment, in bytes (NTB windows, Microsemi/switchtec-kernel #26; MUSB, 4 bytes).</summary>
    /// <remarks>The only place that says when a segment is aligned; <c>Placement</c> chooses pages so that they are.</remarks>
    public static ListLimit AddressAlignment { get; } = new(
        nameof(AddressAlignment),
        LimitUnit.PowerOfTwo,
        1UL << 40,
        "What the address of each segment is a multiple of, in bytes, a power of two.",
        value => $"segments that start at multiples of 0x{value:x}")
    {
        IsOfAddresses = true,
        BrokenBy = (value, segment) => (segment.Address & (value - 1)) == 0 ? null : (segment.Address, $"starts at 0x{segment.Address:x}"),
    };

    /// <summary>
    /// The unit of the length of every segment but the last, in bytes: hosts without free scatter take whole packets
    /// (drivers/usb/core/message.c, usb_sg_init).
    /// </summary>
    /// <remarks>At most a page of 4 KiB: lists cut from pages always keep it, lists from elsewhere may not.</remarks>
    public static ListLimit SegmentGranularity { get; } = new(
        nameof(SegmentGranularity),
        LimitUnit.PowerOfTwo,
        Page.SizeBytes,
        "What the length of every segment but the last is a multiple of, in bytes, a power of two up to 4096.",
        value => $"segments of a multiple of {value} bytes, except the last")
    {
        BrokenBy = (value, segment) => segment.IsLast || (segment.LengthBytes & (value - 1)) == 0
            ? null
            : (segment.LengthBytes, $"has {segment.LengthBytes} bytes"),
    };

    /// <summary>
    /// The gaps between segments: each but the first starts, and each but the last ends, at a multiple of mask + 1 (block/blk-settings.c,
    /// NVMe's pages).
    /// </summary>
    /// <remarks>At most a page of 4 KiB, as <see cref="SegmentGranularity"/>.</remarks>
    public static ListLimit VirtBoundaryMask { get; } = new(
        nameof(VirtBoundaryMask),
        LimitUnit.Mask,
        Page.SizeBytes - 1,
        "At what multiple of mask + 1 each segment but the first starts and each but the last ends: 2^k-1 up to 0xfff.",
        value => $"segments that meet at multiples of {value + 1} bytes")
    {
        IsOfAddresses = true,
        BrokenBy = (value, segment) => segment.Index != 0 && (segment.Address & value) != 0 ? (segment.Address, $"starts at 0x{segment.Address:x} and is not the first")
            : !segment.IsLast && (unchecked(segment.Address + segment.LengthBytes) & value) != 0 ? (segment.LengthBytes, $"ends at 0x{unchecked(segment.Address + segment.LengthBytes - 1):x} and is not the last")
            : null,
    };

    /// <summary>The smallest buffer, in bytes: queues of frames require one (videobuf2-core.c, __prepare_dmabuf, min_length).</summary>
    public static ListLimit MinSize { get; } = new(
        nameof(MinSize), LimitUnit.AtLeast, BufferExport.SizeBytesMax, "The fewest bytes of a buffer that it takes.", value => $"buffers of at least {value} bytes")
    {
        Needs = (value, frame) => frame with { SizeBytes = Math.Max(frame.SizeBytes, value) },
    };

    /// <summary>The unit of a frame's line count: encoders work on blocks and round 1080 lines up to 1088 (raspberrypi/linux #4669).</summary>
    public static ListLimit LineMultiple { get; } = new(
        nameof(LineMultiple),
        LimitUnit.Multiple,
        65536,
        "What the number of lines is a multiple of for which a frame has room.",
        value => $"frames with room for a multiple of {value} lines")
    {
        Needs = (value, frame) => frame.Lines is not { } lines ? frame
            : frame with { SizeBytes = Math.Max(frame.SizeBytes, lines.OffsetBytes + (lines.StrideBytes * RoundedUp(lines.Height, value))) },
    };

    /// <summary>The unit of the stride, in bytes: engines fetch lines in bursts.</summary>
    public static ListLimit StrideMultiple { get; } = new(
        nameof(StrideMultiple),
        LimitUnit.Multiple,
        65536,
        "What the bytes from one line of a frame to the next are a multiple of.",
        value => $"lines that start at multiples of {value} bytes")
    {
        Needs = (value, frame) => frame.Lines is not { } lines || lines.StrideBytes % value == 0 ? frame
            : Strided(frame.SizeBytes, lines, RoundedUp(lines.StrideBytes, value)),
    };

    /// <summary>Every row, in the order in which values are stored: append rows, never move them.</summary>
    public static ImmutableArray<ListLimit> All { get; } =
    [
        AddressAlignment,
        SegmentGranularity,
        VirtBoundaryMask,
        MinSize,
        LineMultiple,
        StrideMultiple,
    ];

    /// <summary>Whether the limit concerns addresses, which an MMU in front of the device makes; the place of pages then does not matter.</summary>
    public bool IsOfAddresses { get; init; }

    /// <summary>Tells how a segment breaks a value, with the number; null when it does not. Null for a limit that does not concern segments.</summary>
    public Func<ulong, SegmentInList, (ulong Needed, string Has)?>? BrokenBy { get; init; }

    /// <summary>Grows a frame to the smallest one that keeps a value; null for a limit that does not concern buffers.</summary>
    public Func<ulong, FrameShape, FrameShape>? Needs { get; init; }

    /// <summary>The value that satisfies two importers.</summary>
    /// <remarks>
    /// The only place for further limits, with one exception: where importers have lists of their own, pages keep the largest alignment
    /// (<c>Placement</c>).
    /// </remarks>
    public ulong Combine(ulong one, ulong other) => Unit switch
    {
        LimitUnit.Multiple => LeastCommonMultiple(one, other),
        _ => Math.Max(one, other),
    };

    /// <summary>The expected values, for a value that is invalid; null for a valid one.</summary>
    public string? Expecting(ulong value) =>
        Unit switch
        {
            LimitUnit.PowerOfTwo => BitOperations.IsPow2(value),
            LimitUnit.Mask => DmaConstraints.IsWholeMask(value),
            _ => true,
        }
        && value <= Most
            ? null
            : Unit switch
            {
                LimitUnit.PowerOfTwo => $"0 (unset) or a power of two up to {Most}",
                LimitUnit.Mask => $"0 (unset) or 2^k-1 up to 0x{Most:x}",
                _ => $"0 (unset) to {Most}",
            };

    /// <summary>A refusal when a segment breaks a value; else null.</summary>
    /// <param name="value">The value, not 0.</param>
    /// <param name="segment">The segment.</param>
    /// <param name="importer">The device whose limit it is.</param>
    public Refusal? Check(ulong value, SegmentInList segment, string importer) => BrokenBy?.Invoke(value, segment) is { } broken
        ? new(
            Errno.EBUSY, importer, Field, broken.Needed, value,
            $"{importer} takes {Takes(value)}; segment {segment.Index} {broken.Has}.")
        : null;

    /// <summary>A refusal when a buffer breaks a value; else null.</summary>
    /// <param name="value">The value, not 0.</param>
    /// <param name="buffer">The buffer's name, for the message.</param>
    /// <param name="frame">The buffer's shape.</param>
    /// <param name="importer">The device whose limit it is.</param>
    public Refusal? Check(ulong value, string buffer, FrameShape frame, string importer)
    {
        if (Needs is not { } needs || needs(value, frame) is var needed && needed == frame)
        {
            return null;
        }

        return needed.Lines?.StrideBytes is { } stride && frame.Lines?.StrideBytes is { } has && stride != has
            ? new(
                Errno.EINVAL, importer, Field, stride, has,
                $"{importer} takes {Takes(value)}: it needs one every {stride} bytes, and {buffer} has one every {has}.")
            : new(
                Errno.EINVAL, importer, Field, needed.SizeBytes, frame.SizeBytes,
                $"{importer} takes {Takes(value)}: it needs {needed.SizeBytes} bytes, and {buffer} has {frame.SizeBytes}.");
    }

    private static ulong RoundedUp(ulong value, ulong unit) => (value + unit - 1) / unit * unit;

    private static FrameShape Strided(ulong sizeBytes, VideoLines lines, ulong stride) => stride > uint.MaxValue
        ? new(ulong.MaxValue, lines)
        : new(Math.Max(sizeBytes, lines.OffsetBytes + (stride * lines.Height)), lines with { StrideBytes = (uint)stride });

    private static ulong LeastCommonMultiple(ulong one, ulong other)
    {
        if (one == 0 || other == 0 || one == other)
        {
            return Math.Max(one, other);
        }

        var multiple = (UInt128)one / (ulong)BigInteger.GreatestCommonDivisor(one, other) * other;
        return multiple > ulong.MaxValue ? ulong.MaxValue : (ulong)multiple;
    }
}

/// <summary>The unit of a limit, which determines how two values combine.</summary>
public enum LimitUnit
{
    /// <summary>Bytes, a power of two: the larger one satisfies both.</summary>
    PowerOfTwo,

    /// <summary>2^k-1: the larger one satisfies both.</summary>
    Mask,

    /// <summary>A minimum in bytes: the larger one satisfies both.</summary>
    AtLeast,

    /// <summary>A divisor: the least common multiple satisfies both.</summary>
    Multiple,
}

/// <summary>A buffer's size, and its lines where it is a frame.</summary>
/// <param name="SizeBytes">Bytes.</param>
/// <param name="Lines">The lines; null when the buffer is not a frame.</param>
public readonly record struct FrameShape(ulong SizeBytes, VideoLines? Lines);

/// <summary>A segment with its position in a list.</summary>
/// <param name="Index">From 0.</param>
/// <param name="Address">Its first byte, as the device sees it.</param>
/// <param name="LengthBytes">Its bytes.</param>
/// <param name="Count">The number of segments in the list.</param>
public readonly record struct SegmentInList(int Index, ulong Address, ulong LengthBytes, int Count)
{
    /// <summary>Whether this is the last segment.</summary>
    public bool IsLast => Index == Count - 1;
}
