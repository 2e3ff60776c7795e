using DmaGrains.Model.Constraints;

namespace DmaGrains.Kernel.Conformance;

/// <summary>A <c>representability</c> record: the fewest segments under one set of limits.</summary>
internal static class RepresentabilityVector
{
    private static readonly (string Key, RangeShape Shape, SegmentLimit Limit)[] _counts =
    [
        ("floor_scattered", RangeShape.Scattered, SegmentLimit.Floored),
        ("floor_contiguous_aligned", RangeShape.ContiguousAligned, SegmentLimit.Floored),
        ("floor_contiguous_best_base", RangeShape.ContiguousBestBase, SegmentLimit.Floored),
        ("exact_scattered", RangeShape.Scattered, SegmentLimit.Exact),
        ("exact_contiguous_aligned", RangeShape.ContiguousAligned, SegmentLimit.Exact),
        ("exact_contiguous_best_base", RangeShape.ContiguousBestBase, SegmentLimit.Exact),
    ];

    private static readonly string[] _flags =
        ["simple_rule_accepts", "representable_scattered", "representable_contiguous_aligned"];

    private static readonly string[] _keys = [.. _counts.Select(count => count.Key), .. _flags];

    public static Mismatch? Check(VectorField record)
    {
        var size = record.Member("size").Number(min: 1);
        var limits = new DmaConstraints(
            record.Member("max_segment_size").Number32(),
            record.Member("max_segment_count").Number32(),
            ReadMask(record.Member("boundary_mask")));
        var expect = record.Member("expect");
        expect.AllowOnly(_keys);

        var expected = ReadAnswers(expect);
        var actual = Ask(size, limits);
        var differing = _keys.Select((_, index) => index).Where(index => expected[index] != actual[index]).ToList();
        return differing.Count == 0 ? null : new(Describe(differing, expected), Describe(differing, actual));
    }

    private static ulong ReadMask(VectorField field)
    {
        var mask = field.Number();
        return DmaConstraints.IsWholeMask(mask) ? mask : throw field.Unexpected("2^k-1");
    }

    /// <summary>The expected answers as text, in the order of <see cref="_keys"/>.</summary>
    private static string[] ReadAnswers(VectorField expect) =>
    [
        .. _counts
            .Select(count => expect.Member(count.Key))
            .Select(least => least.IsNull ? "null" : $"{least.Number()}"),
        .. _flags.Select(flag => Word(expect.Member(flag).Flag())),
    ];

    /// <summary>The model's answers in the same form.</summary>
    private static string[] Ask(ulong size, DmaConstraints limits)
    {
        var aligned = Representability.LeastSegmentCount(
            size, limits, RangeShape.ContiguousAligned, SegmentLimit.Floored);
        return
        [
            .. _counts
                .Select(count => Representability.LeastSegmentCount(size, limits, count.Shape, count.Limit))
                .Select(least => least is { } count ? $"{count}" : "null"),
            Word(Representability.ProductCovers(size, limits)),
            Word(Representability.IsRepresentable(size, limits)),
            Word(aligned is { } least && least <= limits.MaxSegmentCount),
        ];
    }

    private static string Describe(List<int> differing, string[] answers) =>
        string.Join(", ", differing.Select(index => $"{_keys[index]} {answers[index]}"));

    private static string Word(bool flag) => flag ? "true" : "false";
}
