using System.Collections.Immutable;
using CsCheck;
using DmaGrains.Analysis.Auditing;
using DmaGrains.Model.Boards;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Model.Translation;
using DmaGrains.Tests.Shared;

namespace DmaGrains.Analysis.Tests.Auditing;

public sealed class ScatterlistAuditTests
{
    private static readonly Device _sdhci = new("sdhci", new(65536, 4, 0)) { DmaMask = 0x3fffffff };

    private static readonly Device _soc = new("vc4", null) { RequiresContiguous = true, Windows = new(new DmaWindow(0, 0xc0000000, 1 << 30)) };

    private static readonly Device _behind = new("codec", new(65536, 1, 0)) { Iommu = "smmu" };

    private static readonly Device _gpu = new("gpu", new(uint.MaxValue, 0, 0)) { Iommu = "smmu", DmaMask = 0xff_ffff_ffff };

    private static readonly BoardDefinition _board = new(
        "audited",
        "A board for tests",
        [
            new("ram", MemoryKind.System, new(0x100, 0x80000)),
            new("cma", MemoryKind.Contiguous, new(0x90000, 0x10000)),
            new("high", MemoryKind.System, new(0x1000_0000, 0x1000)),
        ],
        [_sdhci, _behind, _gpu])
    {
        Stages =
        [
            new("smmu", new(new(0), new(0x7f_ffff_ffff), 4096)
            {
                Reserved = [new(new(0xfee0_0000), 0x10_0000)],
            }),
        ],
    };

    [Fact]
    public void Every_broken_limit_is_told_with_its_segment()
    {
        var report = Audit(_sdhci, Pages((0x3fff_0000, 65536), (0x4000_0000, 131072)) with { SizeBytes = 196_608 });

        Assert.Equal(
            [("max_segment_size", 1), ("dma_mask", 1)],
            report.Violations.Select(violation => (violation.Field, violation.Segment)));
        Assert.Equal((0x4000_0000UL, 131072UL), (report.Violations[0].Address, report.Violations[0].Length));
        Assert.Equal((131072UL, 65536UL), (report.Violations[0].Needed, report.Violations[0].Limit));
    }

    [Theory]
    [InlineData(0x2_0000, null, null)]
    [InlineData(0x3_0000, null, "max_segment_count")]
    [InlineData(0x3_0000, 131072UL, null)]
    [InlineData(0x3_0000, 131073UL, "max_segment_count")]
    public void Adjacent_pages_are_one_for_a_contiguous_importer_which_measures_up_to_the_first_gap(int second, ulong? sizeBytes, string? field)
    {
        var report = Audit(_soc, Pages((0x1000_0000, 131072), (0x1000_0000 + (uint)second, 65536)) with { SizeBytes = sizeBytes });

        Assert.Equal(field is null ? [] : [field], report.Violations.Select(violation => violation.Field));
    }

    [Fact]
    public void Pages_that_break_a_device_s_limits_as_they_are_cut_may_do_when_they_are_cut_for_it()
    {
        var report = Audit(_sdhci, Pages((0x1000_0000, 131072), (0x1002_0000, 65536)));

        Assert.Equal(new ResplitReport(3, true, true), report.Resplit);
        Assert.Equal(3UL, report.LeastSegmentCount);
    }

    [Fact]
    public void A_length_that_wraps_is_mended_by_shorter_segments()
    {
        var peer = new Device("peer", new(uint.MaxValue, 0, 0)) { DmaMask = ulong.MaxValue };

        var long8 = Audit(peer, Walked((0x3800_0000_0000, 8UL << 30)) with { SizeBytes = 8UL << 30 });
        var none = Audit(peer, Walked((0x3800_0000_0000, 0)) with { SizeBytes = 4UL << 30 });

        Assert.Equal(("length 0, max_segment_size 0", new ResplitReport(3, true, true), 3UL), (Told(long8), long8.Resplit, (ulong)long8.LeastSegmentCount!));
        Assert.Equal(("length 0, size_bytes ", null, 2UL), (Told(none), none.Resplit, (ulong)none.LeastSegmentCount!));
    }

    [Fact]
    public void Pages_beyond_its_reach_do_not_do_however_they_are_cut() =>
        Assert.Equal(new ResplitReport(1, false, false), Audit(_sdhci, Pages((0x4000_0000, 4096))).Resplit);

    [Theory]
    [InlineData(0x1000_0800UL, 4096UL)]
    [InlineData(0x1000_0000UL, 2048UL)]
    [InlineData(0x1000_0000UL, 0UL)]
    [InlineData(0xffff_ffff_ffff_f000UL, 4096UL)]
    public void What_is_no_whole_pages_is_not_cut_otherwise(ulong address, ulong length) =>
        Assert.Null(Audit(_sdhci, Pages((address, length), (0x2000_0000, 4096))).Resplit);

    [Fact]
    public void A_device_behind_an_MMU_walks_segments_where_they_are_told()
    {
        var pages = Pages((0x10_0000_0000, 4096), (0x20_0000_0000, 4096));
        var mapped = pages with { Segments = [new(0xffff_0000, 8192)] };

        Assert.Equal("segments", Audit(_behind, mapped).Part);
        Assert.Empty(Audit(_behind, mapped).Violations);
        Assert.Equal("entries", Audit(_behind, pages).Part);
        Assert.Equal(["max_segment_count"], Audit(_behind, pages).Violations.Select(violation => violation.Field));
    }

    [Fact]
    public void Segments_of_another_device_are_not_its_own()
    {
        var mapped = Pages((0x1000_0000, 4096), (0x2000_0000, 4096)) with { Segments = [new(0x5000_0000, 8192)] };

        Assert.Equal("entries", Audit(_sdhci, mapped).Part);
        Assert.Equal("entries", Audit(_sdhci, mapped with { Device = "codec" }).Part);
        Assert.Equal("entries", Audit(_behind, mapped with { Device = "sdhci" }).Part);
        Assert.Equal("segments", Audit(_sdhci, mapped with { Device = "sdhci" }).Part);
        Assert.Equal("segments", Audit(_sdhci, mapped with { Entries = [] }).Part);
    }

    [Theory]
    [InlineData(0x3fff_f000UL, 4096u, null)]
    [InlineData(0x3fff_f000UL, 8192u, "windows")]
    [InlineData(0x4000_0000UL, 4096u, "windows")]
    public void Pages_go_through_the_windows_of_the_bus(ulong address, uint length, string? broken) =>
        Assert.Equal(broken, Audit(_soc, Pages((address, length))).Violations.SingleOrDefault()?.Field);

    [Theory]
    [InlineData(0xc000_0000UL, 4096u, null)]
    [InlineData(0xffff_f000UL, 4096u, null)]
    [InlineData(0xffff_f000UL, 8192u, "dma_mask")]
    [InlineData(0xbfff_f000UL, 8192u, "windows")]
    [InlineData(0x3c00_0000UL, 4096u, "windows")]
    public void Segments_are_bus_addresses_already(ulong address, uint length, string? broken) =>
        Assert.Equal(broken, Audit(_soc, Walked((address, length))).Violations.SingleOrDefault()?.Field);

    [Fact]
    public void Boundaries_are_those_of_the_bus()
    {
        var half = new Device("dma", new(0, 0, 0xffff)) { Windows = new(new DmaWindow(0, 0x8000, 1 << 30)) };

        Assert.Equal(["segment_boundary_mask"], Audit(half, Pages((0x1_0000, 0x9000))).Violations.Select(violation => violation.Field));
        Assert.Empty(Audit(half, Pages((0x1_8000, 0x9000))).Violations);
    }

    [Fact]
    public void Pages_cut_for_a_device_are_reached_through_its_windows() =>
        Assert.Equal(
            (true, false),
            (Audit(_soc, Pages((0x1000_0000, 8192))).Resplit!.Reachable, Audit(_soc, Pages((0x5000_0000, 8192))).Resplit!.Reachable));

    [Fact]
    public void A_size_that_no_list_of_pages_can_have_is_told() =>
        Assert.Null(Audit(new("tiny", new(512, 0, 0)), Pages((0, 4096), (8192, 4096))).LeastSegmentCount);

    [Theory]
    [InlineData(200_704UL, "size_bytes ")]
    [InlineData(196_608UL, "")]
    [InlineData(196_607UL, "remark size_bytes ")]
    public void A_list_shorter_than_its_buffer_is_broken_and_a_longer_one_is_remarked_on(ulong size, string told) =>
        Assert.Equal(told, Told(Audit(_sdhci, Pages((0x1000_0000, 65536), (0x2000_0000, 65536), (0x3000_0000, 65536)) with { SizeBytes = size })));

    [Theory]
    [InlineData(0xfffUL, 1UL, "first 0")]
    [InlineData(0x8800_1000UL, 1UL, "")]
    [InlineData(0x7f_ffff_f000UL, 4096UL, "")]
    [InlineData(0x7f_ffff_f000UL, 4097UL, "last 0")]
    [InlineData(0xff_ffff_f000UL, 4096UL, "last 0")]
    [InlineData(0xff_ffff_f000UL, 4097UL, "dma_mask 0, last 0, remark memory 0")]
    [InlineData(0xfedf_f000UL, 4096UL, "")]
    [InlineData(0xfedf_f000UL, 4097UL, "reserved 0")]
    [InlineData(0xfeef_ffffUL, 1UL, "reserved 0")]
    [InlineData(0xfef0_0000UL, 1UL, "")]
    [InlineData(0x0UL, 0UL, "length 0")]
    [InlineData(ulong.MaxValue, 2UL, "dma_mask 0")]
    [InlineData(0x1_0000_0000UL, 1UL << 32, "length 0, max_segment_size 0")]
    [InlineData(0x9000_0000UL, 1UL << 24, "remark memory 0")]
    [InlineData(0x8fff_f000UL, 4096UL, "")]
    [InlineData(0x8fff_f000UL, 4097UL, "remark memory 0")]
    [InlineData(0x100_0000_0000UL, 4096UL, "dma_mask 0, last 0, remark memory 0")]
    public void An_address_that_its_MMU_never_gives_is_told(ulong address, ulong length, string told) =>
        Assert.Equal(told, Told(Audit(_gpu, Walked((address, length)))));

    [Theory]
    [InlineData(0xf000_0000UL, 0xf000_2000UL, "")]
    [InlineData(0xf000_0000UL, 0xf000_1fffUL, "overlap 1")]
    [InlineData(0xf000_0000UL, 0xf000_0000UL, "overlap 1")]
    [InlineData(0xf000_0000UL, 0xf000_3000UL, "remark order 1")]
    [InlineData(0xf000_0000UL, 0xefff_e000UL, "remark order 1")]
    [InlineData(0xf000_0800UL, 0xf000_3000UL, "")]
    [InlineData(0xf000_0800UL, 0xf000_2800UL, "remark order 1")]
    public void Pieces_of_one_list_follow_each_other_in_the_address_space(ulong first, ulong second, string told) =>
        Assert.Equal(told, Told(Audit(_gpu, Walked((first, 8192), (second, 8192)))));

    [Fact]
    public void Room_before_a_boundary_of_the_device_is_no_gap()
    {
        var bounded = _gpu with { Parameters = new(uint.MaxValue, 0, 0xffff) };

        Assert.Equal("", Told(Audit(bounded, Walked((0xf000_0000, 8192), (0xf001_0000, 8192)))));
        Assert.Equal("remark order 1", Told(Audit(bounded, Walked((0xf000_0000, 8192), (0xf000_8000, 8192)))));
        Assert.Equal("remark order 1", Told(Audit(bounded, Walked((0xf000_0000, 8192), (0xf002_0000, 8192)))));
    }

    [Fact]
    public void A_driver_lays_its_own_tables_out_as_it_likes()
    {
        var board = _board with { Devices = [_sdhci, _gpu], Stages = [_board.Stages[0] with { Owner = StageOwner.Driver }] };

        var report = new ScatterlistAudit(board, _gpu, ParameterDefaults.V61).Of(Walked((0xf000_0000, 8192), (0xe000_0000, 8192)));

        Assert.Equal("", Told(report));
    }

    [Fact]
    public void Where_the_pages_are_told_only_their_own_address_is_suspicious()
    {
        var pages = Pages((0x9000_0000, 8192), (0x9800_0000, 8192));

        Assert.Equal("", Told(Audit(_gpu, pages with { Segments = [new(0xa000_0000, 16384)] })));
        Assert.Equal("", Told(Audit(_gpu, pages with { Segments = [new(0x9800_0000, 8192), new(0x9800_2000, 8192)] })));
        Assert.Equal(
            "remark memory 0, remark memory 1, remark order 1",
            Told(Audit(_gpu, pages with { Segments = [new(0x9000_0000, 8192), new(0x9800_0000, 8192)] })));
    }

    [Fact]
    public void What_the_mapping_holds_of_the_MMU_is_not_suspicious_and_anything_else_is_broken()
    {
        var list = Walked((0x9000_0000, 8192)) with { Device = "gpu" };

        Assert.Equal("", Told(Audit(_gpu, list with { Stages = [new("smmu", 0x9000_0000, 0x9000_1fff)] })));
        Assert.Equal("held 0, remark memory 0", Told(Audit(_gpu, list with { Stages = [new("smmu", 0x9000_0000, 0x9000_1ffe)] })));
        Assert.Equal("remark memory 0", Told(Audit(_gpu, list with { Stages = [new("other", 0, 0)] })));
    }

    [Theory]
    [InlineData("sdhci", "remark addresses_of ")]
    [InlineData("codec", "")]
    [InlineData("gpu", "")]
    [InlineData("nobody", "")]
    public void Addresses_that_were_made_for_a_device_on_another_way_to_memory_are_remarked_on(string owner, string told) =>
        Assert.Equal(told, Told(Audit(_gpu, Walked((0xf000_0000, 8192)) with { Device = "gpu", AddressesOf = owner })));

    [Fact]
    public void Without_an_MMU_the_same_memory_twice_is_remarked_on() =>
        Assert.Equal("remark overlap 1", Told(Audit(_sdhci, Pages((0x1000_0000, 8192), (0x1000_1000, 4096)))));

    [Fact]
    public void Any_list_is_audited_whatever_it_states() =>
        Gen.Select(
            Gen.Select(Gen.OneOf(Gen.ULong, Gen.ULong[0, 1 << 20]), Gen.OneOf(Gen.ULong, Gen.ULong[0, 1 << 20])).Array[1, 6],
            Gen.Bool,
            Gen.Bool,
            Gen.ULong,
            Any.Of(0UL, 0xfffUL, 0xffffUL, (1UL << 40) - 1)).Sample((list, isMapped, isTranslated, size, mask) =>
        {
            ImmutableArray<StatedSegment> stated = [.. list.Select(segment => new StatedSegment(segment.Item1, segment.Item2))];
            var device = (isTranslated ? _gpu : _sdhci) with { Parameters = new(65536, 0, mask) };

            var report = Audit(device, new("any", isMapped ? [] : stated, isMapped ? stated : []) { SizeBytes = size });

            Assert.Equal(stated.Length, report.SegmentCount);
            Assert.All(stated.Select((segment, index) => (segment, index)), part => Assert.Equal(
                part.segment.LengthBytes is 0 or > uint.MaxValue,
                report.Violations.Any(violation => violation.Segment == part.index && violation.Field == "length")));
        });

    [Fact]
    public void What_a_buffer_maps_for_its_importers_breaks_nothing_of_theirs() =>
        Gen.Select(Any.Of(4096UL, 100_000UL, 1UL << 20), Gen.Bool).Sample((size, isShared) =>
        {
            DmaCommand[] others = isShared ? [SmallBoard.Attach("display"), SmallBoard.Map("display", DmaDirection.ToDevice)] : [];
            var buffer = SmallBoard.BufferAfter(
                size, [SmallBoard.Attach("gpu"), .. others.Take(1), SmallBoard.Map("gpu", DmaDirection.ToDevice), .. others.Skip(1)]);

            foreach (var list in GivenScatterlist.Of(buffer))
            {
                var device = SmallBoard.Definition.Devices.First(device => device.Name == list.Device);
                Assert.Empty(Audit(device, list).Violations);
            }

            Assert.Equal(isShared ? 2 : 1, GivenScatterlist.Of(buffer).Count());
        });

    [Fact]
    public void A_buffer_that_is_not_mapped_has_its_pages_or_nothing()
    {
        Assert.Empty(GivenScatterlist.Of(SmallBoard.BufferAfter(4096)));

        var unmapped = SmallBoard.BufferAfter(
            200_000, SmallBoard.Attach("gpu"), SmallBoard.Map("gpu", DmaDirection.ToDevice), new DmaCommand.Unmap("gpu"));
        var list = Assert.Single(GivenScatterlist.Of(unmapped));
        Assert.Equal(200_000UL, (ulong)Audit(_sdhci, list).SizeBytes);
        Assert.Empty(list.Segments);
    }

    private static ListAuditReport Audit(Device device, GivenScatterlist list) => new ScatterlistAudit(_board, device, ParameterDefaults.V61).Of(list);

    private static GivenScatterlist Pages(params (ulong Address, ulong Length)[] entries) =>
        new("the list", [.. entries.Select(entry => new StatedSegment(entry.Address, entry.Length))], []);

    private static GivenScatterlist Walked(params (ulong Address, ulong Length)[] segments) =>
        new("the list", [], [.. segments.Select(segment => new StatedSegment(segment.Address, segment.Length))]);

    private static string Told(ListAuditReport report) => string.Join(
        ", ",
        report.Violations.Select(violation => $"{violation.Field} {violation.Segment}")
            .Concat(report.Remarks.Select(remark => $"remark {remark.Field} {remark.Segment}")));
}
