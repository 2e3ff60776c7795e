using System.Collections.Immutable;
using System.Numerics;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Model.Translation;

/// <summary>
/// The layout of a list in address space, relative to a base that is not allocated yet. 1 ≤ Segments.Length ≤ inputs; Σ LengthBytes of the
/// segments = Σ LengthBytes of the inputs, in the same order.
/// </summary>
/// <remarks>
/// The sum holds below 4 GiB: the kernel counts a segment's length in 32 bits, and a list that keeps joining an
/// overlong segment can wrap it.
/// </remarks>
public sealed class IommuMapping
{
    private readonly IommuLimits _limits;

    internal IommuMapping(
        IommuLimits limits, ulong lengthBytes, ImmutableArray<DmaSpan> segments, ImmutableArray<IommuPad> pads)
    {
        _limits = limits;
        LengthBytes = lengthBytes;
        Segments = segments;
        Pads = pads;
    }

    /// <summary>Address space that the list takes, in bytes: whole granules. 0 when every input is empty.</summary>
    public ulong LengthBytes { get; }

    /// <summary>The alignment of the base, in bytes: the length in granules, rounded up to a power of two.</summary>
    public UInt128 AlignmentBytes =>
        (UInt128)_limits.GranuleBytes
        * BitOperations.RoundUpToPowerOf2(Math.Max(1, LengthBytes / _limits.GranuleBytes));

    /// <summary>The DMA segments in order; their number is what dma_map_sg returns.</summary>
    public ImmutableArray<DmaSpan> Segments { get; }

    /// <summary>The pads, in order.</summary>
    public ImmutableArray<IommuPad> Pads { get; }

    /// <summary>The number of segments longer than <see cref="IommuLimits.MaxSegmentSize"/> as given; when that is 0, of all that hold data.</summary>
    public int CountOverMax() => Segments.Count(segment => segment.LengthBytes > _limits.MaxSegmentSize);

    /// <summary>The number of segments that cross a boundary at the lowest base that is not 0.</summary>
    public int CountCrossing()
    {
        var (start, mask) = (unchecked((ulong)AlignmentBytes), _limits.EffectiveBoundaryMask);
        return Segments.Count(segment => SegmentCheck.CrossesBoundary(
            unchecked(start + segment.OffsetBytes), segment.LengthBytes, mask));
    }

    /// <summary>The same with segments that follow each other joined, and cut into pieces.</summary>
    /// <param name="most">The longest piece, in bytes.</param>
    internal IommuMapping InPiecesOf(uint most)
    {
        var pieces = ImmutableArray.CreateBuilder<DmaSpan>();
        var end = 0UL;
        foreach (var (offset, length) in Segments)
        {
            for (var (at, left) = (offset, length); left != 0;)
            {
                var grows = pieces.Count != 0 && at == end && pieces[^1].LengthBytes < most;
                var more = Math.Min(left, grows ? most - pieces[^1].LengthBytes : most);
                if (grows)
                {
                    pieces[^1] = pieces[^1] with { LengthBytes = pieces[^1].LengthBytes + more };
                }
                else
                {
                    pieces.Add(new(at, more));
                }

                (at, left) = (at + more, left - more);
                end = at;
            }
        }

        return new(_limits, LengthBytes, pieces.DrainToImmutable(), Pads);
    }

    /// <summary>The DMA segments as the device sees them.</summary>
    /// <param name="start">A multiple of <see cref="AlignmentBytes"/>; the joins are valid only there.</param>
    /// <exception cref="ArgumentException">The base is not aligned.</exception>
    /// <exception cref="OverflowException">The list reaches beyond 64-bit addresses.</exception>
    public ImmutableArray<DmaSegment> At(Iova start)
    {
        if (start.Value % AlignmentBytes != 0)
        {
            throw new ArgumentException($"{start} is not a multiple of {AlignmentBytes}.", nameof(start));
        }

        return From(start);
    }

    /// <summary>
    /// The DMA segments at a base of any alignment, as <see cref="IovaAlignment.Granule"/> hands out: the joins were made for an
    /// aligned one, so a segment may cross a boundary there.
    /// </summary>
    /// <param name="start">A multiple of the granule.</param>
    /// <exception cref="OverflowException">The list reaches beyond 64-bit addresses.</exception>
    public ImmutableArray<DmaSegment> From(Iova start)
    {
        var segments = ImmutableArray.CreateBuilder<DmaSegment>(Segments.Length);
        foreach (var (offset, length) in Segments)
        {
            segments.Add(new(new(checked(start.Value + offset)), length));
        }

        return segments.MoveToImmutable();
    }
}
