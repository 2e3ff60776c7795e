using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;
using Orleans;

namespace DmaGrains.Model.Policies;

/// <summary>How an exporter deals with its importers. The thread left it to exporters; these are the ways it names.</summary>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.policy")]
public sealed record ExporterPolicy
{
    /// <summary>The design this project implements: the RFC's fields, allocation at the first map, EBUSY for a late stricter importer.</summary>
    public static ExporterPolicy Default { get; } = new();

    /// <summary>What it takes notice of.</summary>
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

    /// <summary>
    /// Replays the patch as it was posted, defects included: a failed calculation answers success without attaching (thread #6), the
    /// product is not checked (#4), the exporter's refusal leaves the union narrowed, and unset parameters are read as in 2015.
    /// </summary>
    [Id(4)]
    public bool AsPosted { get; init; }

    /// <summary>Whether pages above a device's reach may be bounced through the board's pool instead of EIO (thread #12).</summary>
    [Id(5)]
    public bool Bouncing { get; init; }

    /// <summary>What a device's demand counts for under this policy.</summary>
    /// <param name="device">The importer.</param>
    /// <param name="getters">How its unset parameters are read.</param>
    public DmaConstraints DemandOf(Device device, DmaGetters getters) => Constraints switch
    {
        ConstraintModel.Rfc3 => TakenBy(device, getters),
        ConstraintModel.Flags => NeedsOneRange(device)
            ? DmaConstraints.Unconstrained with { MaxSegmentCount = 1 }
            : DmaConstraints.Unconstrained,
        ConstraintModel.Translated when device.IsTranslated => TakenBy(device, getters) with
        {
            MaxSegmentCount = DeviceDmaParameters.DefaultMaxSegmentCount,
        },
        ConstraintModel.Translated => TakenBy(device, getters),
        ConstraintModel.SizeOnly => DmaConstraints.Unconstrained with { MaxSegmentSize = TakenBy(device, getters).MaxSegmentSize },
        ConstraintModel.CountOnly => DmaConstraints.Unconstrained with { MaxSegmentCount = TakenBy(device, getters).MaxSegmentCount },
        ConstraintModel.None => DmaConstraints.Unconstrained,
        _ => throw new ArgumentOutOfRangeException(nameof(device)),
    };

    /// <summary>What a device takes, whether this policy looks at it or not.</summary>
    /// <param name="device">The importer.</param>
    /// <param name="getters">How its unset parameters are read.</param>
    public DmaConstraints TakenBy(Device device, DmaGetters getters) =>
        device.Demand(AsPosted ? DmaGetters.RfcV3 : getters);

    /// <summary>Null when every choice is a known one; else EINVAL naming Policy.</summary>
    public Refusal? Check() =>
        Enum.IsDefined(Constraints) && Enum.IsDefined(Allocation) && Enum.IsDefined(LateAttach) && Enum.IsDefined(Lists)
            ? null
            : Refusal.Of(Errno.EINVAL, "Policy", "The exporter's policy has an unknown choice.");

    private static bool NeedsOneRange(Device device) =>
        device.RequiresContiguous || device.Parameters is { MaxSegmentCount: 1 };
}
