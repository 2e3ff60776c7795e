using CsCheck;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Model.Tests.Scatterlists;
using DmaGrains.Model.Translation;

namespace DmaGrains.Model.Tests.Translation;

public sealed class IommuMapTests
{
    private static readonly IommuLimits _page = new(4096, 65536, 0);

    [Fact]
    public void Map_gives_what_the_kernels_two_walks_give() =>
        Gen.OneOf(AnyIommu.Wild, AnyIommu.Valid).Sample((limits, inputs) =>
        {
            var kernel = new KernelMapper(limits, inputs);
            var result = IommuMap.Map(limits, inputs);
            if (!kernel.Fits)
            {
                return result.Refusal is { Errno: Errno.EINVAL, Field: "LengthBytes" };
            }

            var mapping = result.Value;
            return mapping.LengthBytes == kernel.Length
                && mapping.Segments.SequenceEqual(kernel.Segments)
                && mapping.Pads.SequenceEqual(kernel.Pads);
        }, iter: 20_000);

    [Fact]
    public void Map_puts_every_byte_of_every_input_in_its_place() => AnyIommu.Valid.Sample((limits, inputs) =>
    {
        var mapping = IommuMap.Map(limits, inputs).Value;

        var places = PlacesOf(limits, inputs, mapping);
        var cut = mapping.Segments.SelectMany(segment => Pieces(segment, limits.GranuleBytes)).ToList();
        return cut.SequenceEqual(places.SelectMany(place => Pieces(place, limits.GranuleBytes)))
            && mapping.Segments.Sum(segment => segment.LengthBytes) == inputs.Sum(input => input.LengthBytes)
            && mapping.Segments.Length <= inputs.Length;
    });

    [Fact]
    public void Map_stays_within_the_limits_when_every_input_does() => AnyIommu.Valid.Sample((limits, inputs) =>
    {
        var mapping = IommuMap.Map(limits, inputs).Value;
        return mapping.CountOverMax() == 0 && mapping.CountCrossing() == 0;
    });

    [Fact]
    public void Map_pads_less_than_the_input_behind_and_never_first() => AnyIommu.Valid.Sample((limits, inputs) =>
        IommuMap.Map(limits, inputs).Value.Pads.All(pad =>
        {
            var (offset, length) = inputs[pad.InputIndex + 1];
            return pad.LengthBytes % limits.GranuleBytes == 0
                && pad.LengthBytes < offset + length + limits.GranuleBytes;
        }));

    [Fact]
    public void At_moves_every_segment_and_changes_no_crossing() =>
        Gen.Select(AnyIommu.Valid, Gen.ULong[1, 1000]).Sample((list, multiple) =>
        {
            var mapping = IommuMap.Map(list.Limits, list.Inputs).Value;
            var start = new Iova((ulong)mapping.AlignmentBytes * multiple);
            var mask = list.Limits.EffectiveBoundaryMask;

            var segments = mapping.At(start);

            return segments.Zip(mapping.Segments).All(pair =>
                    pair.First.Address.Value - start.Value == pair.Second.OffsetBytes
                    && pair.First.LengthBytes == pair.Second.LengthBytes)
                && mapping.CountCrossing() == segments.Count(segment =>
                    SegmentCheck.CrossesBoundary(segment.Address.Value, segment.LengthBytes, mask));
        });

    [Fact]
    public void At_refuses_a_base_that_is_not_size_aligned()
    {
        var mapping = IommuMap.Map(_page, new IommuInput(0, 3 * 4096)).Value;

        Assert.Equal(16384u, mapping.AlignmentBytes);
        Assert.Throws<ArgumentException>(() => mapping.At(new(3 * 4096)));
        Assert.Equal([new(new(16384), 3 * 4096)], mapping.At(new(16384)));
    }

    [Fact]
    public void Map_of_a_scatterlist_starts_each_entry_where_its_address_does() =>
        Gen.Select(AnyIommu.Granule, AnyRuns.Extents, AnyRuns.Offset).Sample((granule, extents, offset) =>
        {
            var size = (AnyRuns.PageCount(extents) * 4096) - offset;
            var table = Scatterlist.Build(extents, offset, size, 8 * 4096).Value;
            var limits = new IommuLimits(granule, 8 * 4096, 0);
            var inputs = table.Entries.ToArray()
                .Select(entry => new IommuInput((uint)(entry.Address.Value % granule), entry.LengthBytes)).ToArray();

            return IommuMap.Map(limits, table.Entries).Value.Segments
                .SequenceEqual(IommuMap.Map(limits, inputs).Value.Segments);
        });

    [Fact]
    public void Map_joins_128_entries_to_4()
    {
        var entries = Enumerable.Range(0, 128).Select(index => new SgEntry((ulong)index * 2, 0, 4096)).ToArray();

        var mapping = IommuMap.Map(new(4096, 32 * 4096, 0), entries).Value;

        Assert.Equal(
            [new(0, 131072), new(131072, 131072), new(262144, 131072), new(393216, 131072)], mapping.Segments);
    }

    [Fact]
    public void Map_goes_on_joining_behind_an_overlong_input()
    {
        var mapping = IommuMap.Map(new(4096, 4096, 0), new IommuInput(0, 65536), new IommuInput(0, 4096)).Value;

        Assert.Equal([new(0, 69632)], mapping.Segments);
        Assert.Equal(1, mapping.CountOverMax());
    }

    [Fact]
    public void Map_pads_where_the_next_input_would_cross()
    {
        var mapping = IommuMap.Map(new(4096, 65536, 0x3fff), new IommuInput(0, 8192), new IommuInput(0, 12288)).Value;

        Assert.Equal([new(0, 8192)], mapping.Pads);
        Assert.Equal([new(0, 8192), new(16384, 12288)], mapping.Segments);
        Assert.Equal((28672ul, 32768ul), (mapping.LengthBytes, (ulong)mapping.AlignmentBytes));
    }

    [Fact]
    public void Map_reads_unset_limits_as_64_KiB_and_no_boundary() => Assert.Equal(
        [new(0, 65536), new(65536, 4096)],
        IommuMap.Map(new(4096, 0, 0), new(0, 32768), new(0, 32768), new(0, 4096)).Value.Segments);

    public static TheoryData<IommuLimits, IommuInput[], string> Refused => new()
    {
        { _page with { GranuleBytes = 8192 }, [new(0, 1)], "GranuleBytes" },
        { _page with { GranuleBytes = 0 }, [], "GranuleBytes" },
        { _page with { SegmentBoundaryMask = 0xdfff }, [], "SegmentBoundaryMask" },
        { _page, [], "Inputs" },
        { _page, [new(4096, uint.MaxValue)], "OffsetBytes" },
        { _page, [new(0, uint.MaxValue - 4094)], "LengthBytes" },
        { _page, [new(4095, uint.MaxValue)], "LengthBytes" },

        // The first input with its padding would be a whole window of 4 GiB.
        { _page with { SegmentBoundaryMask = uint.MaxValue }, [new(0, 4096), new(0, 0)], "LengthBytes" },
        { _page with { SegmentBoundaryMask = ulong.MaxValue }, [new(0, 4096), new(0, 0)], "LengthBytes" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Map_refuses_with_EINVAL(IommuLimits limits, IommuInput[] inputs, string field)
    {
        var refusal = IommuMap.Map(limits, inputs).Refusal;

        Assert.Equal((Errno.EINVAL, field), (refusal!.Errno, refusal.Field));
    }

    [Fact]
    public void Map_takes_an_input_of_the_last_whole_granules_below_4_GiB() =>
        Assert.Equal(0xffff_f000, IommuMap.Map(_page, new IommuInput(0, 0xffff_f000)).Value.LengthBytes);

    /// <summary>Where each input lies, from the pads alone.</summary>
    private static List<DmaSpan> PlacesOf(IommuLimits limits, IommuInput[] inputs, IommuMapping mapping)
    {
        var places = new List<DmaSpan>();
        ulong start = 0;
        for (var index = 0; index < inputs.Length; index++)
        {
            places.Add(new(start + inputs[index].OffsetBytes, inputs[index].LengthBytes));
            var end = start + inputs[index].OffsetBytes + inputs[index].LengthBytes;
            start = (end + limits.GranuleBytes - 1) / limits.GranuleBytes * limits.GranuleBytes;
            start += mapping.Pads.FirstOrDefault(pad => pad.InputIndex == index).LengthBytes;
        }

        return places;
    }

    /// <summary>A span cut at every granule.</summary>
    private static IEnumerable<DmaSpan> Pieces(DmaSpan span, uint granule)
    {
        var end = span.OffsetBytes + span.LengthBytes;
        for (var start = span.OffsetBytes; start < end;)
        {
            var next = Math.Min(end, (start / granule * granule) + granule);
            yield return new(start, (uint)(next - start));
            start = next;
        }
    }
}
