using DmaGrains.Model.Constraints;
using DmaGrains.Model.Translation;

namespace DmaGrains.Kernel.Conformance;

/// <summary>An <c>iommu_map</c> record: one list laid out in address space.</summary>
internal static class IommuVector
{
    public static Mismatch? Check(VectorField record)
    {
        var limits = new IommuLimits(
            ReadGranule(record.Member("granule")),
            record.Member("max_segment_size").Number32(),
            ReadMask(record.Member("boundary_mask")));
        var fields = record.Member("segments").Items(1, VectorLines.LengthMax);
        var inputs = fields.Select(field => ReadInput(field, limits.GranuleBytes)).ToArray();
        var expected = IommuExpectation.Read(record.Member("expect"));

        var result = IommuMap.Map(limits, inputs);
        return result.TryGetValue(out var mapping)
            ? expected.CompareWith(mapping)
            : expected.CompareWith(result.Refusal!.Errno);
    }

    /// <summary>The granule in bytes.</summary>
    public static uint ReadGranule(VectorField field)
    {
        var granule = field.Number32();
        return Granule.IsValid(granule) ? granule : throw field.Unexpected(Granule.Expected);
    }

    /// <summary>A mask without holes.</summary>
    /// <param name="field">The field.</param>
    /// <param name="max">The largest one.</param>
    public static ulong ReadMask(VectorField field, ulong max = ulong.MaxValue)
    {
        var mask = field.Number(0, max);
        return DmaConstraints.IsWholeMask(mask) ? mask : throw field.Unexpected("0 or 2^k-1");
    }

    /// <summary>An entry of a list: its offset in the granule, and its bytes.</summary>
    public static IommuInput ReadInput(VectorField field, uint granule)
    {
        var pair = field.Items(2, 2);
        return new(pair[0].Number32(granule - 1), pair[1].Number32());
    }
}
