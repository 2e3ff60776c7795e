namespace DmaGrains.Kernel.Conformance;

/// <summary>A kind of record: how to recognize it, and how to check it.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Name">Its name in messages, as in the names of the files.</param>
/// <param name="Reference">What printed the answers.</param>
/// <param name="Markers">Fields that only this kind has; a record has one of them.</param>
/// <param name="Fields">All fields of its records but <c>id</c>, <c>class</c> and <c>note</c>; others are refused.</param>
/// <param name="Ask">Asks the model; null when it agrees with the record.</param>
internal sealed record VectorFormat(
    VectorKind Kind, string Name, string Reference, string[] Markers, string[] Fields, Func<VectorField, Mismatch?> Ask)
{
    private const string V61 = "Linux 6.1.192";

    private const string V612 = "Linux 6.12.117";

    private const string V734 = "Linux 7.3.4";

    private const string Rfc = "RFCv3 2/2 of 27 January 2015";

    private const string Search = "an exhaustive search over the segment check of Linux 6.1.192";

    /// <summary>Markers of other kinds that its records have too.</summary>
    private string[] Shared { get; init; } = [];

    private static readonly VectorFormat[] _all =
    [
        new(VectorKind.Scatterlist, "scatterlist", V61, ["pfns", "calls"], ["pfns", "offset", "size", "max_segment", "calls", "expect"], ScatterlistVector.Check),
        new(VectorKind.Constraints, "constraints", Rfc, ["ops"], ["getters", "devices", "ops", "expect", "expect_as_posted", "expect_rolled_back"], ConstraintsVector.Check),
        new(VectorKind.Representability, "representability", Search, ["max_segment_count"], ["size", "max_segment_size", "max_segment_count", "boundary_mask", "expect"], RepresentabilityVector.Check),
        new(VectorKind.CheckSgSegment, "check_sg_segment", V61, ["dma_address"], ["dma_parms", "length", "dma_address", "dma_length", "expect"], SegmentCheckVector.Check),
        new(VectorKind.IommuMap, "iommu_map", V61, ["granule"], ["granule", "max_segment_size", "boundary_mask", "segments", "expect"], IommuVector.Check),
        new(VectorKind.Iova, "iova", V734, ["reserved"], ["granule", "start_pfn", "rcache", "devices", "reserved", "ops", "expect", "differs"], IovaVector.Check) { Shared = ["ops", "granule", "rcache"] },
        new(VectorKind.IommuPlace, "iommu_place", V734, ["rcache"], ["granule", "start_pfn", "rcache", "devices", "ops", "expect", "differs"], IommuPlaceVector.Check) { Shared = ["ops", "granule"] },
        new(VectorKind.Swiotlb, "swiotlb", V734, ["slots"], ["start", "slots", "alloc_align_mask", "devices", "ops", "expect", "differs"], SwiotlbVector.Check) { Shared = ["ops"] },
        new(VectorKind.SwiotlbAreas, "swiotlb_areas", V612, ["areas"], ["start", "slots", "areas", "alloc_align_mask", "devices", "ops", "expect", "differs"], SwiotlbVector.Check) { Shared = ["ops", "slots"] },
        new(VectorKind.Cma, "cma", V734, ["base_pfn"], ["base_pfn", "pages", "ops", "expect", "differs"], CmaVector.Check) { Shared = ["ops"] },
        new(VectorKind.Buddy, "buddy", V734, ["free"], ["free", "ops", "expect", "differs"], BuddyVector.Check) { Shared = ["ops"] },
    ];

    /// <summary>The kinds and their fields, for messages.</summary>
    public static string Known { get; } = string.Join(
        " or ", _all.Select(format => $"{format.Name} ({string.Join(" or ", format.Markers)})"));

    /// <summary>Asks the model; null when it agrees with the record.</summary>
    /// <exception cref="VectorFileException">The record cannot be read, or has a field that its kind does not have.</exception>
    public Mismatch? Check(VectorField record)
    {
        var mismatch = Ask(record);
        record.AllowOnly(["id", "class", .. Fields, "note"]);
        return mismatch;
    }

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
