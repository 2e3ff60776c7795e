using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using Orleans;

namespace DmaGrains.Model.Policies;

/// <summary>How an exporter treats its importers. The thread leaves this to exporters; these are the ways that it names.</summary>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.policy")]
public sealed record ExporterPolicy
{
    /// <summary>The design this project implements: the RFC's fields, allocation at the first map, EBUSY for a late stricter importer.</summary>
    public static ExporterPolicy Default { get; } = new();

    /// <summary>Which limits it considers.</summary>
    [Id(0)]
    public ConstraintModel Constraints { get; init; }

    /// <summary>When it allocates.</summary>
    [Id(1)]
    public AllocationTime Allocation { get; init; }

    /// <summary>What it does with importers that come too late.</summary>
    [Id(2)]
    public LateAttach LateAttach { get; init; }

    /// <summary>Whose list a mapping gets.</summary>
    [Id(3)]
    public ListSharing Lists { get; init; }

    /// <summary>Whether pages out of a device's reach may be bounced through the board's pool instead of EIO (thread #12).</summary>
    [Id(5)]
    public bool Bouncing { get; init; }

    // Id 4 was AsPosted, now the five choices below. Never reuse it.

    /// <summary>The reply when the calculation fails.</summary>
    [Id(6)]
    public FailedCalculation FailedCalculation { get; init; }

    /// <summary>What happens to the union when the exporter refuses after the calculation.</summary>
    [Id(7)]
    public RefusedAttach RefusedAttach { get; init; }

    /// <summary>The parameters from which a detach computes the union.</summary>
    [Id(8)]
    public DetachReading DetachReading { get; init; }

    /// <summary>Whether it checks that a list exists.</summary>
    [Id(9)]
    public ListCheck ListCheck { get; init; }

    /// <summary>How unset parameters are read; null leaves it to <see cref="Buffers.BufferExport.Getters"/>.</summary>
    [Id(10)]
    public ParameterDefaults? Getters { get; init; }

    /// <summary>
    /// Whether the storage is pinned, for example for scanout: an importer that needs it elsewhere may attach, but its map is EBUSY
    /// (xe_bo_migrate of a pinned buffer). Matters only where storage would move.
    /// </summary>
    [Id(13)]
    public bool Pinned { get; init; }

    /// <summary>What it tries before it accepts an attach (thread #12).</summary>
    [Id(11)]
    public AttachTest AttachTest { get; init; }

    /// <summary>Whether it knows the thread's proposals beyond the RFC's fields: one run only (#9), struct pages (#49).</summary>
    internal bool KnowsFlags => Constraints is not (ConstraintModel.None or ConstraintModel.Posted);

    /// <summary>
    /// Whether each importer's list is cut for it alone: importers then share pages but not lists, and each demand is judged by itself
    /// (thread #4 to #8).
    /// </summary>
    /// <remarks>The only place that decides this.</remarks>
    internal bool HasOwnLists => Lists == ListSharing.Own || (LateAttach == LateAttach.Resplit && !SharesAddresses);

    /// <summary>Whether every map is handed the same DMA addresses, made for the first importer or for the exporter (thread #12).</summary>
    public bool SharesAddresses => Lists is ListSharing.Shared or ListSharing.Exporters;

    /// <summary>
    /// Whether the order of attaches before the allocation makes no difference (thread #59): every order accepts the same importers, under
    /// the same union, with the same pages.
    /// </summary>
    internal bool IsAttachOrderFree => Allocation == AllocationTime.AtFirstMap
        && FailedCalculation == FailedCalculation.Refuse && RefusedAttach == RefusedAttach.RolledBack && AttachTest == AttachTest.None;

    /// <summary>The part of a device's limits that counts under this policy.</summary>
    /// <param name="device">The importer.</param>
    /// <param name="getters">How its unset parameters are read.</param>
    /// <remarks>
    /// The only place that decides which limits an exporter sees; what an MMU leaves of them is <see cref="DmaConstraints.BehindMmu"/>.
    /// </remarks>
    public DmaConstraints DemandOf(Device device, ParameterDefaults getters) => PartOf(device.Demand(getters), device, getters);

    /// <summary><see cref="DemandOf"/> for a caller that knows what the device takes, <see cref="Device.Demand"/>.</summary>
    internal DmaConstraints PartOf(DmaConstraints takes, Device device, ParameterDefaults getters) => Constraints switch
    {
        ConstraintModel.Rfc3 => takes,
        ConstraintModel.Posted => DeviceDmaParameters.Read(device.Parameters, getters),
        ConstraintModel.Flags => NeedsOneRange(device)
            ? DmaConstraints.Unconstrained with { MaxSegmentCount = 1 }
            : DmaConstraints.Unconstrained,
        ConstraintModel.Translated when device.IsTranslated => takes.BehindMmu(),
        ConstraintModel.Translated => takes,
        ConstraintModel.SizeOnly => DmaConstraints.Unconstrained with { MaxSegmentSize = takes.MaxSegmentSize },
        ConstraintModel.CountOnly => DmaConstraints.Unconstrained with { MaxSegmentCount = takes.MaxSegmentCount },
        ConstraintModel.None => DmaConstraints.Unconstrained,
        _ => throw new ArgumentOutOfRangeException(nameof(device)),
    };

    /// <summary>Null when every choice is a known one; else EINVAL naming Policy.</summary>
    public Refusal? Check() =>
        Enum.IsDefined(Constraints) && Enum.IsDefined(Allocation) && Enum.IsDefined(LateAttach) && Enum.IsDefined(Lists)
        && Enum.IsDefined(FailedCalculation) && Enum.IsDefined(RefusedAttach) && Enum.IsDefined(DetachReading)
        && Enum.IsDefined(ListCheck) && Enum.IsDefined(AttachTest) && (Getters is not { } reading || Enum.IsDefined(reading))
            ? null
            : Refusal.Of(Errno.EINVAL, "Policy", "The exporter's policy has an unknown choice.");

    private static bool NeedsOneRange(Device device) =>
        device.RequiresContiguous || device.Parameters is { MaxSegmentCount: 1 };
}
