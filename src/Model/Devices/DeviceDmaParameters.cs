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
    public static DmaConstraints Read(DeviceDmaParameters? parameters, ParameterDefaults getters)
    {
        if (parameters is not { } set)
        {
            return getters switch
            {
                ParameterDefaults.V61 => new(DefaultMaxSegmentSize, DefaultMaxSegmentCount, ulong.MaxValue),
                ParameterDefaults.RfcV3 => new(DefaultMaxSegmentSize, DefaultMaxSegmentCount, uint.MaxValue),
                ParameterDefaults.Direct => DmaConstraints.Unconstrained,
                _ => throw new ArgumentOutOfRangeException(nameof(getters)),
            };
        }

        var count = set.MaxSegmentCount == 0 ? DefaultMaxSegmentCount : set.MaxSegmentCount;
        return getters switch
        {
            ParameterDefaults.V61 => new(
                set.MaxSegmentSize == 0 ? DefaultMaxSegmentSize : set.MaxSegmentSize,
                count,
                set.SegmentBoundaryMask == 0 ? ulong.MaxValue : set.SegmentBoundaryMask),
            ParameterDefaults.RfcV3 => new(set.MaxSegmentSize, count, set.SegmentBoundaryMask),
            ParameterDefaults.Direct => new(set.MaxSegmentSize, set.MaxSegmentCount, set.SegmentBoundaryMask),
            _ => throw new ArgumentOutOfRangeException(nameof(getters)),
        };
    }
}
