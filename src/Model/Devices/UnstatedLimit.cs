using DmaGrains.Model.Constraints;

namespace DmaGrains.Model.Devices;

/// <summary>Extends messages about a limit that nobody stated, telling how to state it.</summary>
public static class UnstatedLimit
{
    /// <summary>How to state a limit; null for none.</summary>
    public static string? CureOf(UnstatedLimits limit) => limit switch
    {
        UnstatedLimits.MaxSegmentSize => "Call dma_set_max_seg_size() in the driver, and give max_segment_size on the board.",
        UnstatedLimits.SegmentBoundaryMask => "Call dma_set_seg_boundary() in the driver, and give segment_boundary_mask on the board.",
        UnstatedLimits.MaxSegmentCount => "Set max_segment_count of the device's dma_parms in the driver, and give max_segment_count on the board.",
        UnstatedLimits.DmaMask => "Call dma_set_mask_and_coherent() in the driver, and give dma_mask on the board.",
        _ => null,
    };

    /// <summary>Extends a refusal whose limit nobody stated with that fact and the cure.</summary>
    /// <param name="refusal">The refusal.</param>
    /// <param name="unstated">The limits that the importer's driver leaves unset.</param>
    public static Refusal ExplainUnstated(this Refusal refusal, UnstatedLimits unstated) =>
        refusal.ExplainUnstatedLimit(unstated & LimitIn(refusal.Field));

    /// <summary>Extends a refusal with the fact that nobody stated a limit, and the cure; unchanged for none.</summary>
    /// <param name="refusal">The refusal.</param>
    /// <param name="limit">The limit.</param>
    /// <param name="of">The device whose limit it is; null for the importer at fault.</param>
    internal static Refusal ExplainUnstatedLimit(this Refusal refusal, UnstatedLimits limit, string? of = null) => limit == UnstatedLimits.None
        ? refusal
        : refusal with { Unstated = limit, Reason = refusal.Reason + Said(limit, of ?? refusal.Importer!) };

    /// <summary>A sentence to append to a message: that nobody stated a limit, and the cure. Empty for none.</summary>
    /// <param name="limit">The limit.</param>
    /// <param name="of">The device whose limit it is.</param>
    internal static string Said(UnstatedLimits limit, string of) => CureOf(limit) is { } cure
        ? $" No driver stated that limit of {of}: the kernel assumes {WordsOf(limit)}. {cure}"
        : string.Empty;

    /// <summary>The constraints without the limits that nobody stated.</summary>
    internal static DmaConstraints Without(this DmaConstraints constraints, UnstatedLimits unstated) => unstated == UnstatedLimits.None
        ? constraints
        : constraints with
        {
            MaxSegmentSize = unstated.HasFlag(UnstatedLimits.MaxSegmentSize) ? uint.MaxValue : constraints.MaxSegmentSize,
            MaxSegmentCount = unstated.HasFlag(UnstatedLimits.MaxSegmentCount) ? uint.MaxValue : constraints.MaxSegmentCount,
            SegmentBoundaryMask = unstated.HasFlag(UnstatedLimits.SegmentBoundaryMask) ? ulong.MaxValue : constraints.SegmentBoundaryMask,
        };

    private static UnstatedLimits LimitIn(string? field) => field switch
    {
        nameof(DmaConstraints.MaxSegmentSize) => UnstatedLimits.MaxSegmentSize,
        nameof(DmaConstraints.MaxSegmentCount) => UnstatedLimits.MaxSegmentCount,
        nameof(DmaConstraints.SegmentBoundaryMask) => UnstatedLimits.SegmentBoundaryMask,
        nameof(Device.DmaMask) => UnstatedLimits.DmaMask,
        _ => UnstatedLimits.None,
    };

    private static string WordsOf(UnstatedLimits limit) => limit switch
    {
        UnstatedLimits.MaxSegmentSize => $"a segment of {DeviceDmaParameters.DefaultMaxSegmentSize} bytes",
        UnstatedLimits.MaxSegmentCount => $"{DeviceDmaParameters.DefaultMaxSegmentCount} segments",
        UnstatedLimits.SegmentBoundaryMask => "a boundary of 4 GiB",
        _ => "a mask of 32 bits",
    };
}
