using CsCheck;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Devices;

namespace DmaGrains.Model.Tests;

/// <summary>Generators that several test classes share.</summary>
internal static class Any
{
    /// <summary>0, 1, the largest, and everything between.</summary>
    public static Gen<uint> UInt { get; } = Gen.OneOf(Gen.UInt, Gen.OneOf(0u, 1u, uint.MaxValue));

    /// <summary>Every mask 2^k-1, 0 and 2^64-1 included.</summary>
    public static Gen<ulong> WholeMask { get; } =
        Gen.Int[0, 64].Select(bits => bits == 64 ? ulong.MaxValue : (1UL << bits) - 1);

    /// <summary>Constraints of any values, masks with holes included.</summary>
    public static Gen<DmaConstraints> Constraints { get; } =
        Gen.Select(UInt, UInt, Gen.OneOf(Gen.ULong, WholeMask),
            (size, count, mask) => new DmaConstraints(size, count, mask));

    /// <summary>Parameters of any values, and none at all.</summary>
    public static Gen<DeviceDmaParameters?> Parameters { get; } = Gen.OneOf(
        Gen.Const((DeviceDmaParameters?)null),
        Constraints.Select(c =>
            (DeviceDmaParameters?)new DeviceDmaParameters(c.MaxSegmentSize, c.MaxSegmentCount, c.SegmentBoundaryMask)));

    /// <summary>Every kernel's getters.</summary>
    public static Gen<ParameterDefaults> Getters { get; } = Gen.Enum<ParameterDefaults>();

    /// <summary>The mask of a window of that many pages, a power of two.</summary>
    public static ulong WindowOf(ulong pages) => (pages * Page.SizeBytes) - 1;
}
