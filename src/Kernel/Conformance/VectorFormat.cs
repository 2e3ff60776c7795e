namespace DmaGrains.Kernel.Conformance;

/// <summary>A kind of record: how to recognize it, and how to check it.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Name">Its name in messages, as in the names of the files.</param>
/// <param name="Reference">What printed the answers.</param>
/// <param name="Markers">Fields that only this kind has; a record has one of them.</param>
/// <param name="Check">Asks the model; null when it agrees with the record.</param>
internal sealed record VectorFormat(
    VectorKind Kind, string Name, string Reference, string[] Markers, Func<VectorField, Mismatch?> Check)
{
    private const string V61 = "Linux 6.1.192";

    private const string V734 = "Linux 7.3.4";

    private const string Rfc = "RFCv3 2/2 of 27 January 2015";

    private const string Search = "an exhaustive search over the segment check of Linux 6.1.192";

    /// <summary>Markers of other kinds that its records have too.</summary>
    private string[] Shared { get; init; } = [];

    private static readonly VectorFormat[] _all =
    [
        new(VectorKind.Scatterlist, "scatterlist", V61, ["pfns", "calls"], ScatterlistVector.Check),
        new(VectorKind.Constraints, "constraints", Rfc, ["ops"], ConstraintsVector.Check),
        new(VectorKind.Representability, "representability", Search, ["max_segment_count"], RepresentabilityVector.Check),
        new(VectorKind.CheckSgSegment, "check_sg_segment", V61, ["dma_address"], SegmentCheckVector.Check),
        new(VectorKind.IommuMap, "iommu_map", V61, ["granule"], IommuVector.Check),
        new(VectorKind.Iova, "iova", V734, ["reserved"], IovaVector.Check) { Shared = ["ops", "granule", "rcache"] },
        new(VectorKind.IommuPlace, "iommu_place", V734, ["rcache"], IommuPlaceVector.Check) { Shared = ["ops", "granule"] },
        new(VectorKind.Swiotlb, "swiotlb", V734, ["slots"], SwiotlbVector.Check) { Shared = ["ops"] },
        new(VectorKind.Cma, "cma", V734, ["base_pfn"], CmaVector.Check) { Shared = ["ops"] },
        new(VectorKind.Buddy, "buddy", V734, ["free"], BuddyVector.Check) { Shared = ["ops"] },
    ];

    /// <summary>The kinds and their fields, for messages.</summary>
    public static string Known { get; } = string.Join(
        " or ", _all.Select(format => $"{format.Name} ({string.Join(" or ", format.Markers)})"));

    /// <summary>The format of a record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="before">The format of the file's earlier records; null when this is the first.</param>
    public static VectorFormat Of(VectorField record, VectorFormat? before)
    {
        var shared = _all.Where(format => format.Markers.Any(record.Has)).SelectMany(format => format.Shared).ToHashSet();
        var markers = _all.SelectMany(format => format.Markers).Where(record.Has).Where(marker => !shared.Contains(marker)).ToList();
        if (markers.Count != 1)
        {
            var found = markers.Count == 0 ? "no known kind" : string.Join(" and ", markers);
            throw record.Fault($"a record of {found}", $"one of {Known}");
        }

        var format = _all.First(format => format.Markers.Contains(markers[0]));
        return before is null || before == format
            ? format
            : throw record.Fault($"a {format.Name} record", $"{before.Name} as in the lines before");
    }
}
