using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using Orleans;

namespace DmaGrains.Model.Buffers;

/// <summary>A device's place in a buffer's list of importers.</summary>
/// <param name="Name">The caller's name for it, unique in the buffer.</param>
/// <param name="Device">The importing device.</param>
/// <param name="Demand">What the device's demand counted for when it attached, under the exporter's policy.</param>
/// <param name="HighestAddress">The last address the device forms, on its bus.</param>
/// <param name="Sequence">Counts the buffer's attaches from 0; gives the order of attaching.</param>
[GenerateSerializer, Immutable, Alias("dma.attachment")]
public sealed record Attachment(
    string Name, string Device, DmaConstraints Demand, ulong HighestAddress, uint Sequence) : IListed<Attachment, AttachmentSum>
{
    [Id(0)]
    private readonly DmaConstraints? _unseen;

    /// <summary>What the device really takes; differs from the demand where the exporter does not look.</summary>
    public DmaConstraints Takes
    {
        get => _unseen ?? Demand;
        init => _unseen = value == Demand ? null : value;
    }

    // Id 1 was the limits of its own cut, which follow from the demand; it is not used again.

    /// <summary>Accepted, but the storage must move before it can map (thread #5).</summary>
    [Id(2)]
    public bool IsPending { get; init; }

    /// <summary>Whether its list has been built before and is kept.</summary>
    [Id(3)]
    public bool HasList { get; init; }

    /// <summary>The MMU of its own, or null.</summary>
    [Id(4)]
    public string? Iommu { get; init; }

    /// <summary>The MMU between its bus and memory, or null.</summary>
    [Id(5)]
    public string? BusMmu { get; init; }

    /// <summary>What the device brought with it.</summary>
    [Id(6)]
    public AttachmentTraits Traits { get; init; }

    /// <summary>How it may get at the buffer: what the storage offers (thread #54).</summary>
    [Id(7)]
    public BufferAccess Access { get; init; }

    /// <summary>Segments that it would like to be no shorter, in bytes; 0 when it does not care (thread #10).</summary>
    [Id(8)]
    public uint PreferredSegmentSize { get; init; }

    /// <summary>How the device's bus sees memory; none when it sees the CPU's addresses, as far as it goes.</summary>
    [Id(9)]
    public DmaWindows Windows { get; init; }

    /// <summary>Which of its limits nobody stated.</summary>
    [Id(10)]
    public UnstatedLimits Unstated { get; init; }

    /// <summary>The regions that the exporter names and this device may not have, one bit for each (thread #49, #54, #56).</summary>
    [Id(14)]
    public ulong Barred { get; init; }

    /// <summary>The named regions of peers to which no bus leads from it, one bit for each.</summary>
    [Id(15)]
    public ulong Unrouted { get; init; }

    /// <summary>Which hazards of it the buffer has on record, one bit for each kind and limit (<see cref="HazardMarks"/>).</summary>
    [Id(16)]
    internal ulong OnRecord { get; init; }

    /// <summary>The highest address that the entries of the MMU next to memory hold; 0 for no limit.</summary>
    [Id(17)]
    public ulong OutputLimit { get; init; }

    /// <summary>Whether the buffer has a hazard of that kind, at that limit, on record for it.</summary>
    internal bool HasOnRecord(HazardKind kind, string field) => (OnRecord & HazardMarks.Of(kind, field)) != 0;

    /// <summary>Whether an MMU stands between it and memory.</summary>
    public bool IsTranslated => Iommu is not null || BusMmu is not null;

    /// <summary>The windows through which it sees pages: none behind an MMU, whose input goes on the bus.</summary>
    public DmaWindows SeenThrough => IsTranslated ? default : Windows;

    /// <summary>The last physical address it reaches: behind an MMU, all that its entries hold.</summary>
    public ulong ReachesTo => !IsTranslated ? Reach.HighestCpuAddress : OutputLimit == 0 ? ulong.MaxValue : OutputLimit;

    /// <summary>Which memory it reaches where no MMU stands in between.</summary>
    public DmaReach Reach => new(HighestAddress, Windows);

    /// <summary>
    /// What it needs of entries, of what somebody stated. Behind an MMU entries are joined, so neither their count nor where they lie
    /// matters; none may be longer than a segment, as joining cuts nothing.
    /// </summary>
    public DmaConstraints OnPages
    {
        get
        {
            var takes = Takes.Without(Unstated);
            return IsTranslated
                ? DmaConstraints.Unconstrained with { MaxSegmentSize = (uint)UInt128.Min(takes.MaxSegmentSize, takes.BoundaryWindowBytes) }
                : takes;
        }
    }

    static AttachmentSum IListed<Attachment, AttachmentSum>.SumOf(ReadOnlySpan<Attachment> items)
    {
        var (union, onPages) = (DmaConstraints.Unconstrained, DmaConstraints.Unconstrained);
        var (barred, unrouted, isPending, hasList) = (0UL, 0UL, false, false);
        foreach (var attachment in items)
        {
            union = DmaConstraints.Narrow(union, attachment.Demand);
            onPages = DmaConstraints.Narrow(onPages, attachment.OnPages);
            barred |= attachment.Barred;
            unrouted |= attachment.Unrouted;
            isPending |= attachment.IsPending;
            hasList |= attachment.HasList;
        }

        return new(union, onPages, barred, unrouted, isPending, hasList);
    }

    static void IListed<Attachment, AttachmentSum>.AddTo(ref AttachmentSum sum, in AttachmentSum other) =>
        sum = AttachmentSum.Add(sum, other);
}
