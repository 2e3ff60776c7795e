using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using Orleans;

namespace DmaGrains.Model.Buffers;

/// <summary>A device's place in a buffer's list of importers.</summary>
/// <param name="Name">The caller's name for it, unique in the buffer.</param>
/// <param name="Device">The importing device.</param>
/// <param name="Demand">The part of the device's limits that counted when it attached, under the exporter's policy.</param>
/// <param name="HighestAddress">The last address that the device can form on its bus.</param>
/// <param name="Sequence">The buffer's attaches, counted from 0: the order of attaching.</param>
[GenerateSerializer, Immutable, Alias("dma.attachment")]
public sealed record Attachment(
    string Name, string Device, DmaConstraints Demand, ulong HighestAddress, uint Sequence) : IListed<Attachment, AttachmentSum>
{
    [Id(0)]
    private readonly DmaConstraints? _unseen;

    /// <summary>The device's own limits; they differ from the demand where the exporter ignores some of them.</summary>
    public DmaConstraints Takes
    {
        get => _unseen ?? Demand;
        init => _unseen = value == Demand ? null : value;
    }

    // Id 1 held the limits of the importer's own cut, which follow from the demand. Never reuse it.

    /// <summary>Whether the attachment must wait until the storage moves before it can map (thread #5).</summary>
    [Id(2)]
    public bool IsPending { get; init; }

    /// <summary>Whether its list was built before and is kept.</summary>
    [Id(3)]
    public bool HasList { get; init; }

    /// <summary>The device's own MMU, or null.</summary>
    [Id(4)]
    public string? Iommu { get; init; }

    /// <summary>The MMU between the device's bus and memory, or null.</summary>
    [Id(5)]
    public string? BusMmu { get; init; }

    /// <summary>What the device brought with it.</summary>
    [Id(6)]
    public AttachmentTraits Traits { get; init; }

    /// <summary>How the device may access the buffer: what the storage offers (thread #54).</summary>
    [Id(7)]
    public BufferAccess Access { get; init; }

    /// <summary>The shortest segment that the device would like, in bytes; 0 for no preference (thread #10).</summary>
    [Id(8)]
    public uint PreferredSegmentSize { get; init; }

    /// <summary>How the device's bus sees memory; empty when it sees the CPU's addresses.</summary>
    [Id(9)]
    public DmaWindows Windows { get; init; }

    /// <summary>The device's limits that nobody stated.</summary>
    [Id(10)]
    public UnstatedLimits Unstated { get; init; }

    /// <summary>The regions named by the exporter that this device may not use, one bit for each (thread #49, #54, #56).</summary>
    [Id(14)]
    public ulong Barred { get; init; }

    /// <summary>The named peer regions that no bus connects to this device, one bit for each.</summary>
    [Id(15)]
    public ulong Unrouted { get; init; }

    /// <summary>This attachment's hazards that the buffer has on record, one bit for each kind and limit (<see cref="HazardMarks"/>).</summary>
    [Id(16)]
    internal ulong OnRecord { get; init; }

    /// <summary>The highest address that the entries of the MMU next to memory hold; 0 for no limit.</summary>
    [Id(17)]
    public ulong OutputLimit { get; init; }

    /// <summary>Low bits of an address that copies keep, 2^k-1; 0 for none (<see cref="Device.MinAlignMask"/>).</summary>
    [Id(18)]
    public uint MinAlignMask { get; init; }

    /// <summary>The bounce pool through which everything is copied for the device; null for none (<see cref="Device.ForcedPool"/>).</summary>
    [Id(19)]
    public string? Pool { get; init; }

    /// <summary>Whether the buffer has a hazard of that kind and limit on record for this attachment.</summary>
    internal bool HasOnRecord(HazardKind kind, string field) => (OnRecord & HazardMarks.Of(kind, field)) != 0;

    /// <summary>Whether an MMU stands between the device and memory.</summary>
    public bool IsTranslated => Iommu is not null || BusMmu is not null;

    /// <summary>The windows through which the device sees pages; empty behind an MMU, because its input addresses go on the bus.</summary>
    public DmaWindows SeenThrough => IsTranslated ? default : Windows;

    /// <summary>The last physical address that the device reaches; behind an MMU, the last that the MMU's entries hold.</summary>
    public ulong ReachesTo => DmaReach.OfPages(IsTranslated, OutputLimit, Reach).HighestCpuAddress;

    /// <summary>The memory that the device reaches where no MMU stands in between.</summary>
    public DmaReach Reach => new(HighestAddress, Windows);

    /// <summary>
    /// What the device needs of the list's entries, as far as its limits were stated. An MMU joins entries, so behind one their count and
    /// addresses do not matter; but joining never cuts, so no entry may be longer than a segment.
    /// </summary>
    /// <remarks>
    /// Further limits are dropped behind an MMU: those of addresses are about the MMU's, which the map checks; the others about the buffer,
    /// which the attach has checked, or less than a page, which whole pages keep.
    /// </remarks>
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
        var union = DmaConstraints.Unconstrained;
        var (isPending, hasList) = (false, false);
        foreach (var attachment in items)
        {
            union = DmaConstraints.Intersect(union, attachment.Demand);
            isPending |= attachment.IsPending;
            hasList |= attachment.HasList;
        }

        return new(union, isPending, hasList);
    }

    static void IListed<Attachment, AttachmentSum>.AddTo(ref AttachmentSum sum, in AttachmentSum other) =>
        sum = AttachmentSum.Add(sum, other);
}
