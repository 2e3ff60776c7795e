using DmaGrains.Model.Constraints;
using Orleans;

namespace DmaGrains.Model.Devices;

/// <summary>What one device's driver declares about the scatterlists it takes; 0 means the driver left the field unset.</summary>
/// <param name="MaxSegmentSize">Longest segment, in bytes.</param>
/// <param name="MaxSegmentCount">Most segments in one list; 1 needs one contiguous range.</param>
/// <param name="SegmentBoundaryMask">No segment may cross an address multiple of mask + 1.</param>
/// <remarks>Source: struct device_dma_parameters with the RFC's count (thread #0).</remarks>
[GenerateSerializer, OmitDefaultMemberValues, Immutable, Alias("dma.parameters")]
public readonly record struct DeviceDmaParameters(uint MaxSegmentSize, uint MaxSegmentCount, ulong SegmentBoundaryMask)
{
    /// <summary>The segment size of a device that states none, in bytes.</summary>
    public const uint DefaultMaxSegmentSize = 65536;

    /// <summary>The count of a device that states none: INT_MAX, not UINT_MAX (thread #1).</summary>
    public const uint DefaultMaxSegmentCount = int.MaxValue;

    /// <summary>The values that the kernel's getters return.</summary>
    /// <param name="parameters">Null when the device has no dma_parms at all.</param>
    /// <param name="getters">Which kernel's getters.</param>
    /// <remarks>The only place that fills in what is unset, but for the DMA mask: <see cref="Device.EffectiveDmaMask"/>.</remarks>
    public static DmaConstraints Read(DeviceDmaParameters? parameters, ParameterDefaults getters)
    {
        var (set, assumed) = (parameters.GetValueOrDefault(), AssumedBy(getters, parameters is not null));
        return new(
            set.MaxSegmentSize == 0 ? assumed.MaxSegmentSize : set.MaxSegmentSize,
            set.MaxSegmentCount == 0 ? assumed.MaxSegmentCount : set.MaxSegmentCount,
            set.SegmentBoundaryMask == 0 ? assumed.SegmentBoundaryMask : set.SegmentBoundaryMask);
    }

    /// <summary>The limits among those that <see cref="Read"/> returns which the driver did not state.</summary>
    /// <param name="parameters">Null when the device has no dma_parms at all.</param>
    /// <param name="getters">Which kernel's getters.</param>
    /// <remarks>The only place that tells what was filled in; <see cref="Device.Unstated"/> adds the DMA mask.</remarks>
    internal static UnstatedLimits Unstated(DeviceDmaParameters? parameters, ParameterDefaults getters)
    {
        var (set, assumed) = (parameters.GetValueOrDefault(), AssumedBy(getters, parameters is not null));
        return (set.MaxSegmentSize == 0 && assumed.MaxSegmentSize is not (0 or uint.MaxValue) ? UnstatedLimits.MaxSegmentSize : UnstatedLimits.None)
            | (set.MaxSegmentCount == 0 && assumed.MaxSegmentCount is not (0 or uint.MaxValue) ? UnstatedLimits.MaxSegmentCount : UnstatedLimits.None)
            | (set.SegmentBoundaryMask == 0 && assumed.SegmentBoundaryMask is not (0 or ulong.MaxValue)
                ? UnstatedLimits.SegmentBoundaryMask : UnstatedLimits.None);
    }

    /// <summary>What getters return for fields that are not set; 0 where they return the field as it is.</summary>
    private static DmaConstraints AssumedBy(ParameterDefaults getters, bool hasParameters) => (getters, hasParameters) switch
    {
        (ParameterDefaults.V61, _) => new(DefaultMaxSegmentSize, DefaultMaxSegmentCount, ulong.MaxValue),
        (ParameterDefaults.RfcV3, false) => new(DefaultMaxSegmentSize, DefaultMaxSegmentCount, uint.MaxValue),
        (ParameterDefaults.RfcV3, true) => new(0, DefaultMaxSegmentCount, 0),
        (ParameterDefaults.Direct, false) => DmaConstraints.Unconstrained,
        (ParameterDefaults.Direct, true) => default,
        _ => throw new ArgumentOutOfRangeException(nameof(getters)),
    };
}
