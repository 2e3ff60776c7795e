using CsCheck;
using DmaGrains.Model.Translation;

namespace DmaGrains.Model.Tests.Translation;

/// <summary>Generators of limits and inputs around each other's edges.</summary>
internal static class AnyIommu
{
    public static Gen<uint> Granule { get; } = Gen.OneOf(4096u, 16384u, 65536u);

    /// <summary>Inputs that fit the limits, in windows and segments of a few granules, as drivers make them.</summary>
    public static Gen<(IommuLimits Limits, IommuInput[] Inputs)> Valid { get; } =
        from granule in Granule
        from windowShift in Gen.Int[0, 5]
        from noWindow in Gen.Bool
        from maxGranules in Gen.UInt[1, 12]
        from odd in Gen.UInt[0, 3]
        let window = noWindow ? 0 : ((ulong)granule << windowShift) - 1
        let max = (maxGranules * granule) + odd
        let longest = (uint)Math.Min(max, noWindow ? ulong.MaxValue : window + 1)
        from inputs in Input(granule, longest / granule).Array[1, 30]
        select (new IommuLimits(granule, max, window), inputs);

    /// <summary>Anything: overlong and empty inputs, masks below the granule, unset limits.</summary>
    public static Gen<(IommuLimits Limits, IommuInput[] Inputs)> Wild { get; } =
        from granule in Granule
        from max in Gen.OneOf(Gen.UInt[0, 300_000], Any.UInt)
        from mask in Gen.OneOf(Any.WholeMask, Gen.Int[12, 20].Select(bits => (1UL << bits) - 1))
        from inputs in Gen.Frequency(
            (6, Input(granule, 8)),
            (1, Gen.UInt[0, granule - 1].Select(offset => new IommuInput(offset, 0))),
            (1, Gen.Select(Gen.UInt[0, granule - 1], Any.UInt, (offset, length) => new IommuInput(offset, length))))
            .Array[1, 20]
        select (new IommuLimits(granule, max, mask), inputs);

    /// <summary>An input of up to that many granules; half of them are whole granules.</summary>
    private static Gen<IommuInput> Input(uint granule, uint granules) =>
        from count in Gen.UInt[1, granules]
        from offset in Gen.UInt[0, granule - 1]
        from end in Gen.UInt[0, granule - 1]
        from whole in Gen.Bool
        let last = Math.Min(end, (count * granule) - offset - 1)
        select whole ? new IommuInput(0, count * granule) : new IommuInput(offset, (count * granule) - offset - last);
}
