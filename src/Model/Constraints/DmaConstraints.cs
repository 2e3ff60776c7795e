using DmaGrains.Model.Devices;
using Orleans;

namespace DmaGrains.Model.Constraints;

/// <summary>What one importer, or a set of importers, accepts of a scatterlist.</summary>
/// <param name="MaxSegmentSize">Longest segment, in bytes; zero accepts nothing.</param>
/// <param name="MaxSegmentCount">Most segments; zero accepts nothing.</param>
/// <param name="SegmentBoundaryMask">A segment may not cross an address multiple of mask + 1; zero accepts nothing.</param>
/// <remarks>Source: thread #0. The thread calls the combination a union: of demands it is, of what is allowed it is the intersection.</remarks>
[Immutable, Alias("dma.constraints")]
public readonly record struct DmaConstraints(uint MaxSegmentSize, uint MaxSegmentCount, ulong SegmentBoundaryMask)
{
    /// <summary>The identity of <see cref="Intersect"/>: no importer has asked for anything yet.</summary>
    public static DmaConstraints Unconstrained { get; } = new(uint.MaxValue, uint.MaxValue, ulong.MaxValue);

    /// <summary>The further limits; the default is none.</summary>
    public ListLimits Limits { get; init; }

    /// <summary>Whether no field is zero.</summary>
    public bool IsSatisfiable => MaxSegmentSize != 0 && MaxSegmentCount != 0 && SegmentBoundaryMask != 0;

    /// <summary>The longest whole-page segment, in bytes; 0 when not even one page fits. Source: lib/scatterlist.c.</summary>
    /// <param name="pageOrder">The kernel's page order.</param>
    public uint MaxSegmentSizeInPages(int pageOrder = 0) => MaxSegmentSize & ~(Page.SizeOf(pageOrder) - 1);

    /// <summary>
    /// The limits rounded for kernel pages of an order: segments consist of whole pages, and where starts must be aligned to more than a
    /// page, so must the length of every segment but the last. Where no segment can be that long, only one is allowed.
    /// </summary>
    /// <param name="pageOrder">The kernel's page order.</param>
    public DmaConstraints InPages(int pageOrder)
    {
        if (pageOrder == 0 && Limits.IsEmpty)
        {
            return this;
        }

        var limits = pageOrder == 0 ? this : this with { MaxSegmentSize = MaxSegmentSizeInPages(pageOrder) };
        var alignment = Limits[ListLimit.AddressAlignment];
        return alignment <= Page.SizeOf(pageOrder) || MaxSegmentCount == 1 ? limits
            : UInt128.Min(MaxSegmentSize, BoundaryWindowBytes) < alignment ? limits with { MaxSegmentCount = 1 }
            : limits with { MaxSegmentSize = (uint)(MaxSegmentSize & ~(alignment - 1)) };
    }

    /// <summary>The limits for cutting a list into whole pages, without regard to the count; the further limits concern the choice of pages.</summary>
    /// <param name="pageOrder">The kernel's page order.</param>
    public DmaConstraints ToCut(int pageOrder) => pageOrder == 0 && Limits.IsEmpty ? this : InPages(pageOrder) with { Limits = default };

    /// <summary>Bytes between two boundaries; 2^64 when there are none.</summary>
    public UInt128 BoundaryWindowBytes => (UInt128)SegmentBoundaryMask + 1;

    /// <summary>The constraints that satisfy both arguments. Commutative, associative and idempotent.</summary>
    /// <remarks>The only place that combines count, size and mask; further limits combine by <see cref="ListLimit.Combine"/>.</remarks>
    public static DmaConstraints Intersect(DmaConstraints left, DmaConstraints right) => new(
        Math.Min(left.MaxSegmentSize, right.MaxSegmentSize),
        Math.Min(left.MaxSegmentCount, right.MaxSegmentCount),
        left.SegmentBoundaryMask & right.SegmentBoundaryMask)
    {
        Limits = ListLimits.Intersect(left.Limits, right.Limits),
    };

    /// <summary>These limits raised to at least one page, so that any pages can be cut.</summary>
    /// <param name="pageOrder">The kernel's page order.</param>
    public DmaConstraints ToWholePages(int pageOrder = 0) => (this with
    {
        MaxSegmentSize = Math.Max(MaxSegmentSize, Page.SizeOf(pageOrder)),
        SegmentBoundaryMask = SegmentBoundaryMask | (Page.SizeOf(pageOrder) - 1),
    }).InPages(pageOrder);

    /// <summary>
    /// What is left to demand of pages when an MMU stands in between: it joins them and gives them other addresses, but splits none, so size
    /// and boundary stay.
    /// </summary>
    public DmaConstraints BehindMmu() => this with
    {
        MaxSegmentCount = DeviceDmaParameters.DefaultMaxSegmentCount,
        Limits = Limits.WithoutAddresses(),
    };

    /// <summary>Whether every list that satisfies these constraints also satisfies the others.</summary>
    public bool IsWithin(DmaConstraints others) => Intersect(this, others) == this;

    /// <summary>Whether a boundary mask is 2^k-1 (including zero, for unset). No device has other boundaries.</summary>
    public static bool IsWholeMask(ulong mask) => (mask & unchecked(mask + 1)) == 0;

    /// <summary>Name of the first zero field, or null.</summary>
    public string? FirstZeroField =>
        MaxSegmentSize == 0 ? nameof(MaxSegmentSize)
        : MaxSegmentCount == 0 ? nameof(MaxSegmentCount)
        : SegmentBoundaryMask == 0 ? nameof(SegmentBoundaryMask)
        : null;

    /// <inheritdoc/>
    public override string ToString() =>
        $"at most {Counted.Of(MaxSegmentCount, "segment")} of {MaxSegmentSize} bytes, boundary mask 0x{SegmentBoundaryMask:x}{Limits}";
}
