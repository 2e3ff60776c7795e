using DmaGrains.Model;
using DmaGrains.Model.Translation;

namespace DmaGrains.Kernel.Conformance;

/// <summary>The mapping that an iommu_map record expects, or the error.</summary>
internal sealed record IommuExpectation
{
    private static readonly string[] _keys = ["iova_len", "iova_align", "dma_segments", "pads", "over_max", "crossing"];

    private readonly string? _errno;

    /// <summary>As text, in the order of <see cref="_keys"/>; the two lists by item.</summary>
    private readonly string[][] _values = [];

    private IommuExpectation(string errno) => _errno = errno;

    private IommuExpectation(string[][] values) => _values = values;

    public static IommuExpectation Read(VectorField expect)
    {
        if (expect.MemberOrNull("errno") is { } errno)
        {
            expect.AllowOnly("errno");
            return Enum.GetNames<Errno>().Contains(errno.Text())
                ? new(errno.Text())
                : throw errno.Unexpected("an errno of the model, such as EINVAL");
        }

        expect.AllowOnly(_keys);
        return new(
        [
            [$"{expect.Member("iova_len").Number()}"],
            [$"{expect.Member("iova_align").Number()}"],
            ReadPairs(expect.Member("dma_segments")),
            ReadPairs(expect.Member("pads")),
            [$"{expect.Member("over_max").Number32()}"],
            [$"{expect.Member("crossing").Number32()}"],
        ]);
    }

    public Mismatch? CompareWith(Errno errno)
    {
        var actual = errno.ToString();
        return _errno == actual ? null : new(_errno ?? $"{_keys[0]} {_values[0][0]}", actual);
    }

    public Mismatch? CompareWith(IommuMapping mapping)
    {
        string[][] actual =
        [
            [$"{mapping.LengthBytes}"],
            [$"{mapping.AlignmentBytes}"],
            [.. mapping.Segments.Select(segment => Pair(segment.OffsetBytes, segment.LengthBytes))],
            [.. mapping.Pads.Select(pad => Pair((ulong)pad.InputIndex, pad.LengthBytes))],
            [$"{mapping.CountOverMax()}"],
            [$"{mapping.CountCrossing()}"],
        ];
        if (_errno is not null)
        {
            return new(_errno, $"{_keys[0]} {actual[0][0]}");
        }

        for (var index = 0; index < _keys.Length; index++)
        {
            if (!_values[index].AsSpan().SequenceEqual(actual[index]))
            {
                return FirstDifference(_keys[index], _values[index], actual[index]);
            }
        }

        return null;
    }

    private static Mismatch FirstDifference(string key, string[] expected, string[] actual)
    {
        if (expected.Length != actual.Length)
        {
            return new($"{key} of length {expected.Length}", $"length {actual.Length}");
        }

        var same = expected.AsSpan().CommonPrefixLength(actual);
        var place = expected[same].StartsWith('[') ? $"{key}[{same}]" : key;
        return new($"{place} {expected[same]}", actual[same]);
    }

    private static string[] ReadPairs(VectorField list) =>
        [.. list.Items(0, VectorLines.LengthMax).Select(item => item.Items(2, 2)).Select(pair =>
            Pair(pair[0].Number(), pair[1].Number()))];

    private static string Pair(ulong first, ulong second) => $"[{first},{second}]";
}
