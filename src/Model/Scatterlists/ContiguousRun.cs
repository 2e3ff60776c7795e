using System.Collections.Immutable;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Translation;

namespace DmaGrains.Model.Scatterlists;

/// <summary>What an importer that takes one contiguous run measures: segments that follow each other without a gap count as one.</summary>
/// <remarks>
/// Source: drivers/gpu/drm/drm_prime.c, drm_prime_get_contiguous_size, and videobuf2-dma-contig.c, vb2_dc_get_contiguous_size: both walk the
/// DMA addresses from the first segment to the first gap, and compare the bytes up to there with the buffer.
/// </remarks>
public static class ContiguousRun
{
    /// <summary>The bytes from the start of a list to its first gap, or to its first segment without bytes.</summary>
    /// <param name="segments">What the device walks, as it sees it; or pages.</param>
    public static UInt128 FirstBytes(IEnumerable<StatedSegment> segments)
    {
        var (bytes, end) = (UInt128.Zero, default(UInt128?));
        foreach (var segment in segments)
        {
            if (segment.LengthBytes == 0 || (end is { } expected && segment.Address != expected))
            {
                break;
            }

            bytes += segment.LengthBytes;
            end = (UInt128)segment.Address + segment.LengthBytes;
        }

        return bytes;
    }

    /// <summary>The limits by which a list is judged: for one that is a single run, it does not count segments.</summary>
    /// <param name="limits">The limits of an importer that takes one run (<see cref="Device.RequiresContiguous"/>).</param>
    /// <param name="sizeBytes">The buffer's size.</param>
    /// <param name="segments">The list.</param>
    /// <remarks>The only place that decides this; the union counts such an importer as one that takes one segment (thread #9).</remarks>
    public static DmaConstraints Judging(DmaConstraints limits, ulong sizeBytes, IEnumerable<StatedSegment> segments) =>
        limits.MaxSegmentCount == 1 && FirstBytes(segments) >= sizeBytes ? limits with { MaxSegmentCount = uint.MaxValue } : limits;

    /// <summary>A list's entries as a bus sees them.</summary>
    internal static IEnumerable<StatedSegment> Of(SgTable table, DmaWindows windows) => table.ToImmutableArray()
        .Select(entry => new StatedSegment(windows.ToBus(entry.Address.Value) ?? entry.Address.Value, entry.LengthBytes));

    /// <summary>The segments of a mapping.</summary>
    internal static IEnumerable<StatedSegment> Of(ImmutableArray<DmaSegment> segments) =>
        segments.Select(segment => new StatedSegment(segment.Address.Value, segment.LengthBytes));
}
