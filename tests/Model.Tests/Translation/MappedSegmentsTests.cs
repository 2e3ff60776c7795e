using CsCheck;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Model.Tests.Scatterlists;
using DmaGrains.Model.Translation;

namespace DmaGrains.Model.Tests.Translation;

public sealed class MappedSegmentsTests
{
    /// <summary>Stages with room for everything, and requests that go through one or two of them.</summary>
    private static readonly Gen<(IommuStage[] Stages, DmaMapRequest Request)> _translated = Gen.Select(
        AnyTranslation.Stages.Select(stages => stages.Select(WithRoom).ToArray()),
        AnyTranslation.Request,
        Gen.OneOf<(string?, string?)>(("own", null), (null, "bus"), ("own", "bus"), ("other", "bus")),
        (stages, request, path) => (stages, request with
        {
            Iommu = path.Item1,
            BusMmu = path.Item2,
            HighestAddress = ulong.MaxValue,
            Options = MapOptions.None,
            Space = null,
            ChecksCount = false,
        }));

    [Fact]
    public void Of_leads_through_the_tables_of_every_stage_to_the_pages_in_order() =>
        _translated.Sample((stages, request) =>
        {
            var mapped = DmaTranslation.Create([.. stages], null).Map(request).Reply.Value;

            var segments = MappedSegments.Of(TableOf(request), request.Takes, mapped);

            Assert.Equal(PagesOf(request), PagesReached(request, mapped, segments));
        }, iter: 400);

    [Fact]
    public void Of_two_stages_is_one_after_the_other() =>
        _translated.Where(sample => sample.Request is { Iommu: not null, BusMmu: not null }).Sample((stages, request) =>
        {
            var both = DmaTranslation.Create([.. stages], null).Map(request).Reply.Value;
            var bus = DmaTranslation.Create([.. stages], null).Map(request with { Iommu = null }).Reply.Value;

            // The bus MMU's segments, taken by hand for the entries of a list that the device's own MMU maps.
            var own = stages.Single(stage => stage.Name == request.Iommu).Layout;
            var inputs = MappedSegments.Of(TableOf(request), request.Takes, bus)
                .Select(segment => new IommuInput((uint)(segment.Address.Value % own.GranuleBytes), segment.LengthBytes)).ToArray();
            var limits = new IommuLimits(own.GranuleBytes, request.Takes.MaxSegmentSize, request.Takes.SegmentBoundaryMask);
            var mapping = IommuMap.Map(limits, inputs).Value;
            var range = IovaSpace.Create(own).Value.Allocate(mapping.LengthBytes).Reply.Value;

            var held = new MappedStage(request.Iommu!, own.GranuleBytes, range, 0) { IsLazy = own.Reuse == IovaReuse.Lazy };
            Assert.Equal([bus.Stages[0], held], both.Stages);
            Assert.Equal(mapping.From(range.First).AsEnumerable(), MappedSegments.Of(TableOf(request), request.Takes, both));
        });

    [Fact]
    public void Of_stays_within_the_limits_when_every_entry_does_and_bases_are_size_aligned() =>
        _translated.Where(sample => sample.Stages.All(stage => stage.Layout.Alignment == IovaAlignment.Size)).Sample((stages, request) =>
        {
            var cut = request with { CutUnder = DmaConstraints.Intersect(request.CutUnder, Floored(request.Takes)) };
            var mapped = DmaTranslation.Create([.. stages], null).Map(cut).Reply.Value;

            var segments = MappedSegments.Of(TableOf(cut), cut.Takes, mapped);

            var takes = Floored(cut.Takes) with { MaxSegmentCount = uint.MaxValue };
            Assert.Null(SegmentCheck.FirstViolation(segments.AsSpan(), takes, "dev"));
        });

    [Fact]
    public void Of_no_mapping_is_the_entries()
    {
        var table = Scatterlist.Build([new(7, 1), new(3, 2)], 0, 8193, uint.MaxValue).Value;
        DmaSegment[] entries = [new(new(0x7000), 4096), new(new(0x3000), 4097)];

        Assert.Equal(entries, MappedSegments.Of(table, DmaConstraints.Unconstrained, null));
        Assert.Equal(entries, MappedSegments.Of(table, DmaConstraints.Unconstrained, DmaMapped.Nothing));
    }

    [Fact]
    public void Of_puts_copies_in_the_place_of_bounced_entries()
    {
        var table = Scatterlist.Build([new(9, 1), new(3, 1), new(7, 1)], 0, 12288, uint.MaxValue).Value;
        var mapped = DmaMapped.Nothing with
        {
            Bounces = [new(0, new(0, 2, 4096), new(0x1000)), new(2, new(4, 2, 4096), new(0x2000))],
        };

        Assert.Equal(
            [new(new(0x1000), 4096), new(new(0x3000), 4096), new(new(0x2000), 4096)],
            MappedSegments.Of(table, DmaConstraints.Unconstrained, mapped));
    }

    [Fact]
    public void Of_throws_when_the_mapping_is_of_another_list()
    {
        var table = Scatterlist.Build([new(9, 1)], 0, 4096, uint.MaxValue).Value;
        var bounced = DmaMapped.Nothing with { Bounces = [new(1, new(0, 2, 4096), new(0))] };
        var longer = DmaMapped.Nothing with { Stages = [new("bus", 4096, new(new(0x1000), 8192), 0)] };

        Assert.Throws<InvalidOperationException>(() => MappedSegments.Of(table, DmaConstraints.Unconstrained, bounced));
        Assert.Throws<InvalidOperationException>(() => MappedSegments.Of(table, DmaConstraints.Unconstrained, longer));
    }

    [Fact]
    public void Of_crosses_a_boundary_when_the_base_is_aligned_to_granules_only()
    {
        var layout = new IovaSpaceLayout(new(0), new(0xffff), 4096, IovaPolicy.FirstFit, IovaAlignment.Granule);
        var takes = new DmaConstraints(uint.MaxValue, uint.MaxValue, 0x1fff);
        var storage = new BackingStorage(new("a", 0), ["ram"], [new(9, 1), new(3, 1)], takes);
        var request = new DmaMapRequest(new("a", 0), "etnaviv", "gart", null, storage, 8192, takes, takes, ulong.MaxValue);

        var mapped = DmaTranslation.Create([new("gart", layout)], null).Map(request).Reply.Value;

        // Granule 0 is never used, so the list lies at 4096 to 12287, over the boundary at 8192.
        var segment = Assert.Single(MappedSegments.Of(TableOf(request), takes, mapped));
        Assert.Equal(new(new(0x1000), 8192), segment);
        Assert.Equal("SegmentBoundaryMask", SegmentCheck.FirstViolation([segment], takes, "etnaviv")!.Field);
    }

    private static IommuStage WithRoom(IommuStage stage) => stage with
    {
        Layout = stage.Layout with { Last = new(stage.Layout.First.Value + (4096UL * stage.Layout.GranuleBytes)) },
    };

    private static DmaConstraints Floored(DmaConstraints takes) => new(
        Math.Max(4096, takes.MaxSegmentSize == 0 ? 65536 : takes.MaxSegmentSize), takes.MaxSegmentCount,
        takes.SegmentBoundaryMask == 0 ? ulong.MaxValue : takes.SegmentBoundaryMask);

    private static SgTable TableOf(DmaMapRequest request) =>
        Mapping.TableOver(request.Storage, request.SizeBytes, request.CutUnder);

    private static IEnumerable<(ulong Address, uint Length)> PagesOf(DmaMapRequest request)
    {
        var rest = request.SizeBytes;
        foreach (var pfn in PageWalk.PagesOf(request.Storage.Extents))
        {
            yield return (pfn * 4096, (uint)Math.Min(rest, 4096));
            rest -= Math.Min(rest, 4096);
        }
    }

    /// <summary>Where the device gets, page by page, when each stage has its table filled as the kernel's mapper lays the list out.</summary>
    private static List<(ulong Address, uint Length)> PagesReached(
        DmaMapRequest request, DmaMapped mapped, IEnumerable<DmaSegment> segments)
    {
        var pieces = TableOf(request).ToImmutableArray()
            .Select(entry => new DmaSegment(new(entry.Address.Value), entry.LengthBytes)).ToList();
        var tables = new List<Dictionary<ulong, ulong>>();
        foreach (var stage in mapped.Stages)
        {
            var limits = new IommuLimits(stage.GranuleBytes, request.Takes.MaxSegmentSize, request.Takes.SegmentBoundaryMask);
            var inputs = pieces
                .Select(piece => new IommuInput((uint)(piece.Address.Value % stage.GranuleBytes), piece.LengthBytes)).ToArray();
            var mapper = new KernelMapper(limits, inputs);
            tables.Insert(0, FilledTable(stage, pieces, mapper));
            pieces = [.. mapper.Segments.Select(segment =>
                new DmaSegment(new(stage.Range.First.Value + segment.OffsetBytes), segment.LengthBytes))];
        }

        return [.. segments.SelectMany(CutAtPages).Select(page => (tables.Aggregate(page.Address.Value, Translated), page.LengthBytes))];
    }

    /// <summary>From pages of 4 KiB to pages of 4 KiB, whatever the granule.</summary>
    private static Dictionary<ulong, ulong> FilledTable(MappedStage stage, List<DmaSegment> inputs, KernelMapper mapper)
    {
        var table = new Dictionary<ulong, ulong>();
        var at = stage.Range.First.Value;
        foreach (var (input, extent) in inputs.Zip(mapper.Extents))
        {
            var target = input.Address.Value / stage.GranuleBytes * stage.GranuleBytes;
            for (ulong offset = 0; offset < extent; offset += 4096)
            {
                table.Add(at + offset, target + offset);
            }

            at += (ulong)extent;
        }

        return table;
    }

    private static ulong Translated(ulong address, Dictionary<ulong, ulong> table) =>
        table[address / 4096 * 4096] + (address % 4096);

    private static IEnumerable<DmaSegment> CutAtPages(DmaSegment segment)
    {
        for (ulong done = 0; done < segment.LengthBytes;)
        {
            var address = segment.Address.Value + done;
            var length = Math.Min(4096 - (address % 4096), segment.LengthBytes - done);
            yield return new(new(address), (uint)length);
            done += length;
        }
    }
}
