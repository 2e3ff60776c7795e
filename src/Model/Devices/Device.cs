using DmaGrains.Model.Constraints;
using DmaGrains.Model.Memory;
using Orleans;

namespace DmaGrains.Model.Devices;

/// <summary>A device on a board: its DMA parameters, and how it reaches memory.</summary>
/// <param name="Name">Unique on the board.</param>
/// <param name="Parameters">What its driver declares; null when it declares nothing.</param>
[GenerateSerializer, Immutable, Alias("dma.device")]
public sealed record Device(string Name, DeviceDmaParameters? Parameters)
{
    /// <summary>The address limit of a device that states none: 32 bit (include/linux/dma-mapping.h).</summary>
    public const ulong DefaultDmaMask = uint.MaxValue;

    /// <summary>
    /// Takes one contiguous run only, checked by its import code and not by a parameter (thread #9, #49; drm_gem_dma_helper.c,
    /// videobuf2-dma-contig.c). It counts as <c>MaxSegmentCount</c> 1. An unset <c>MaxSegmentSize</c> is then no limit: such an
    /// import measures the whole run against the buffer, and direct mapping ignores the 64 KiB default.
    /// </summary>
    [Id(0)]
    public bool RequiresContiguous { get; init; }

    /// <summary>Highest address the device can form; 0 means unset. Not part of the union (RFCv3), used when mapping.</summary>
    [Id(1)]
    public ulong DmaMask { get; init; }

    /// <summary>Highest bus address that passes the bus in front of the device; 0 means no limit beyond <see cref="Windows"/>.</summary>
    [Id(2)]
    public ulong BusDmaLimit { get; init; }

    /// <summary>Dereferences pages instead of DMA addresses (thread #49, #54, #58).</summary>
    [Id(3)]
    public bool NeedsStructPage { get; init; }

    /// <summary>Its accesses snoop CPU caches (thread #12).</summary>
    [Id(4)]
    public bool Coherent { get; init; }

    /// <summary>May map opaque, protected memory (thread #56).</summary>
    [Id(5)]
    public bool Trusted { get; init; }

    /// <summary>The device's own MMU, a stage of the board (thread #35, figures 1 and 2; #47), or null.</summary>
    [Id(6)]
    public string? Iommu { get; init; }

    /// <summary>The MMU between its bus and memory, a stage of the board (thread #36, figure 3; #40), or null.</summary>
    [Id(7)]
    public string? BusMmu { get; init; }

    /// <summary>Accepts a peer's device memory by DMA addresses (dma-buf.h, peer2peer).</summary>
    [Id(8)]
    public bool PeerToPeer { get; init; }

    /// <summary>The bus on which peers reach each other's memory, or null.</summary>
    [Id(9)]
    public string? PeerBus { get; init; }

    /// <summary>Captures video line by line: each line needs segments of its own (thread #56).</summary>
    [Id(10)]
    public bool SegmentsPerLine { get; init; }

    /// <summary>
    /// The shortest segment that the device would like, in bytes; 0 for no preference. It saves TLB entries and is never a limit (thread
    /// #10).
    /// </summary>
    [Id(11)]
    public uint PreferredSegmentSize { get; init; }

    /// <summary>
    /// How the device's bus sees memory; empty when it sees the CPU's addresses. Memory outside the windows is out of reach. Behind an MMU,
    /// windows only limit the MMU's input addresses (drivers/iommu/dma-iommu.c).
    /// </summary>
    [Id(12)]
    public DmaWindows Windows { get; init; }

    /// <summary>The bus that states <see cref="Windows"/>, for display; null when the device itself states them.</summary>
    [Id(13)]
    public string? Bus { get; init; }

    /// <summary>
    /// The highest output address of its MMU's entries; of two MMUs, of the one next to memory. 0 for no limit. Copied from the board's
    /// stage.
    /// </summary>
    [Id(14)]
    public ulong OutputLimit { get; init; }

    /// <summary>Its limits beyond count, size and boundary of segments; the default states none.</summary>
    [Id(15)]
    public ListLimits Limits { get; init; }

    /// <summary>Its driver only imports buffers, like one without PRIME export or VIDIOC_EXPBUF.</summary>
    [Id(16)]
    public bool NeverExports { get; init; }

    /// <summary>A PCI device: an MMU of the DMA API gives it addresses below 4 GiB as long as there are any (<see cref="Translation.IovaPolicy.TopDown"/>).</summary>
    [Id(17)]
    public bool Pci { get; init; }

    /// <summary>
    /// Low bits of an address that a copy in the bounce pool keeps, 2^k-1 (dma_set_min_align_mask; NVMe 0xfff); 0 for none.
    /// </summary>
    [Id(18)]
    public uint MinAlignMask { get; init; }

    /// <summary>
    /// Its driver does not ask for the reserved memory that is its own (<see cref="MemoryRegionLayout.Users"/>), or nobody knows whether it
    /// does: buffers that it exports lie there only when they name it (drivers/of/of_reserved_mem.c, of_reserved_mem_device_init_by_idx).
    /// </summary>
    [Id(19)]
    public bool OwnAreaByName { get; init; }

    /// <summary>
    /// The bounce pool that is its own, or null (<c>restricted-dma-pool</c>). Copied from the board's region, whose user it is
    /// (<see cref="MemoryRegionLayout.Users"/>).
    /// </summary>
    [Id(20)]
    public string? RestrictedPool { get; init; }

    /// <summary>The bounce pool through which everything is copied for it: its own, unless an MMU translates for it; null for none.</summary>
    /// <remarks>Source: drivers/of/device.c, of_dma_configure_id and of_dma_set_restricted_buffer. The only place that decides this.</remarks>
    public string? ForcedPool => IsTranslated ? null : RestrictedPool;

    /// <summary>The MMU next to memory, or null.</summary>
    public string? LastMmu => BusMmu ?? Iommu;

    /// <summary>Whether an MMU stands between the device and memory.</summary>
    public bool IsTranslated => Iommu is not null || BusMmu is not null;

    /// <summary><see cref="DmaMask"/>, or the kernel's default.</summary>
    /// <remarks>The only place that fills in an unset DMA mask.</remarks>
    public ulong EffectiveDmaMask => DmaMask == 0 ? DefaultDmaMask : DmaMask;

    /// <summary>The last bus address that the device can reach.</summary>
    /// <remarks>
    /// Source: include/linux/dma-direct.h, min_not_zero of mask and bus limit; a numeric bound, also for masks with holes. The end of the
    /// windows limits the bus, as in of_dma_configure_id. The only place that combines mask, bus limit and windows.
    /// </remarks>
    public ulong HighestAddress
    {
        get
        {
            var bus = BusDmaLimit == 0 ? EffectiveDmaMask : Math.Min(EffectiveDmaMask, BusDmaLimit);
            return Windows.IsEmpty ? bus : Math.Min(bus, Windows.HighestBusAddress);
        }
    }

    /// <summary>Whether a bus leads from the device to a region: to a peer's memory, a bus that both are on.</summary>
    /// <remarks>The only place that compares peer buses.</remarks>
    public bool HasBusTo(MemoryRegionLayout region) => !region.IsOfAPeer(Name) || (region.PeerBus is { } bus && bus == PeerBus);

    /// <summary>The memory that the device reaches where no MMU stands in between.</summary>
    /// <remarks>The only place that drops windows which are a mere limit (<see cref="DmaWindows.BeyondALimit"/>).</remarks>
    public DmaReach Reach => new(HighestAddress, Windows.BeyondALimit());

    /// <summary>The memory in which its pages may lie: any, where everything is copied for it.</summary>
    public DmaReach PageReach => ForcedPool is not null ? new(ulong.MaxValue, default) : DmaReach.OfPages(IsTranslated, OutputLimit, Reach);

    /// <summary>The device's limits on a scatterlist, with unset ones filled in.</summary>
    public DmaConstraints Demand(ParameterDefaults getters)
    {
        var read = DeviceDmaParameters.Read(Parameters, getters) with { Limits = Limits };
        if (!RequiresContiguous)
        {
            return read;
        }

        var sizeIsSet = Parameters is { MaxSegmentSize: not 0 };
        return read with { MaxSegmentCount = 1, MaxSegmentSize = sizeIsSet ? read.MaxSegmentSize : uint.MaxValue };
    }

    /// <summary>The device's limits that nobody stated and the kernel assumes.</summary>
    /// <param name="getters">How unset parameters are read.</param>
    public UnstatedLimits Unstated(ParameterDefaults getters)
    {
        var unstated = DeviceDmaParameters.Unstated(Parameters, getters);
        return (RequiresContiguous ? unstated & UnstatedLimits.SegmentBoundaryMask : unstated)
            | (DmaMask == 0 && HighestAddress == DefaultDmaMask ? UnstatedLimits.DmaMask : UnstatedLimits.None);
    }

    /// <summary>Null when the device is valid by itself.</summary>
    /// <returns>
    /// EINVAL naming Device, Bus, PeerBus, Iommu, BusMmu, RestrictedPool, SegmentBoundaryMask or MinAlignMask (holes), MaxSegmentCount (contiguous but more than 1),
    /// Windows or a limit of the table; ENOSPC naming Windows.
    /// </returns>
    public Refusal? Check()
    {
        if ((ModelName.Check(Name, "Device") ?? CheckNamed(Bus, nameof(Bus)) ?? CheckNamed(PeerBus, nameof(PeerBus))
            ?? CheckNamed(Iommu, nameof(Iommu)) ?? CheckNamed(BusMmu, nameof(BusMmu)) ?? CheckNamed(RestrictedPool, nameof(RestrictedPool))) is { } bad)
        {
            return bad;
        }

        if (Parameters is { SegmentBoundaryMask: var mask } && !DmaConstraints.IsWholeMask(mask))
        {
            return new(
                Errno.EINVAL, Name, nameof(DeviceDmaParameters.SegmentBoundaryMask), null, mask,
                $"{Name}: segment boundary mask 0x{mask:x} has holes: expected 0 (unset) or 2^k-1.");
        }

        if (!DmaConstraints.IsWholeMask(MinAlignMask))
        {
            return new(
                Errno.EINVAL, Name, nameof(MinAlignMask), null, MinAlignMask, $"{Name}: min align mask 0x{MinAlignMask:x} has holes: expected 0 (unset) or 2^k-1.");
        }

        foreach (var (limit, value) in Limits.Stated)
        {
            if (limit.Expecting(value) is { } expected)
            {
                return new(Errno.EINVAL, Name, limit.Field, value, limit.Most, $"{Name}: {limit.Field} is {value}: expected {expected}.");
            }
        }

        if (!Windows.IsEmpty && Windows.Check(Name) is { } window)
        {
            return window;
        }

        return RequiresContiguous && Parameters is { MaxSegmentCount: > 1 and var count }
            ? new(
                Errno.EINVAL, Name, nameof(DeviceDmaParameters.MaxSegmentCount), 1, count,
                $"{Name} takes one contiguous run and states {count} segments: expected none or 1.")
            : null;
    }

    private Refusal? CheckNamed(string? name, string field) =>
        name is not null && ModelName.Check(name, field) is { } bad ? bad with { Importer = Name } : null;
}
