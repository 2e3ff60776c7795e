using CsCheck;
using DmaGrains.Model.Buffers;
using DmaGrains.Model.Devices;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Scenarios.Auditing;

namespace DmaGrains.Scenarios.Tests.Auditing;

public sealed class ScatterlistAuditTests
{
    private static readonly Device _sdhci = new("sdhci", new(65536, 4, 0)) { DmaMask = 0x3fffffff };

    private static readonly Device _behind = new("codec", new(65536, 1, 0)) { Iommu = "smmu" };

    [Fact]
    public void Every_broken_limit_is_told_with_its_segment()
    {
        var report = Audit(_sdhci, Pages((0x3fff_0000, 65536), (0x4000_0000, 131072)) with { SizeBytes = 200_000 });

        Assert.Equal(
            [("max_segment_size", 1), ("dma_mask", 1), ("size_bytes", null)],
            report.Violations.Select(violation => (violation.Field, violation.Segment)));
        Assert.Equal((0x4000_0000UL, 131072u), (report.Violations[0].Address, report.Violations[0].Length));
        Assert.Equal((131072UL, 65536UL), (report.Violations[0].Needed, report.Violations[0].Limit));
    }

    [Fact]
    public void The_same_pages_cut_for_it_may_do()
    {
        var report = Audit(_sdhci, Pages((0x1000_0000, 131072), (0x1002_0000, 65536)));

        Assert.Equal(new ResplitReport(3, true, true), report.Resplit);
        Assert.Equal(3UL, report.LeastSegmentCount);
    }

    [Fact]
    public void Pages_beyond_its_reach_do_not_do_however_they_are_cut() =>
        Assert.Equal(new ResplitReport(1, false, false), Audit(_sdhci, Pages((0x4000_0000, 4096))).Resplit);

    [Theory]
    [InlineData(0x1000_0800UL, 4096u)]
    [InlineData(0x1000_0000UL, 2048u)]
    public void What_is_no_whole_pages_is_not_cut_otherwise(ulong address, uint length) =>
        Assert.Null(Audit(_sdhci, Pages((address, length), (0x2000_0000, 4096))).Resplit);

    [Fact]
    public void A_device_behind_an_MMU_walks_segments_where_they_are_told()
    {
        var pages = Pages((0x10_0000_0000, 4096), (0x20_0000_0000, 4096));
        var mapped = pages with { Segments = [new(new(0xffff_0000), 8192)] };

        Assert.Equal("segments", Audit(_behind, mapped).Part);
        Assert.Empty(Audit(_behind, mapped).Violations);
        Assert.Equal("entries", Audit(_behind, pages).Part);
        Assert.Equal(["max_segment_count"], Audit(_behind, pages).Violations.Select(violation => violation.Field));
    }

    [Fact]
    public void Segments_of_another_device_are_not_its_own()
    {
        var mapped = Pages((0x1000_0000, 4096), (0x2000_0000, 4096)) with { Segments = [new(new(0x5000_0000), 8192)] };

        Assert.Equal("entries", Audit(_sdhci, mapped).Part);
        Assert.Equal("entries", Audit(_sdhci, mapped with { Device = "codec" }).Part);
        Assert.Equal("entries", Audit(_behind, mapped with { Device = "sdhci" }).Part);
        Assert.Equal("segments", Audit(_sdhci, mapped with { Device = "sdhci" }).Part);
        Assert.Equal("segments", Audit(_sdhci, mapped with { Entries = [] }).Part);
    }

    [Fact]
    public void A_size_that_no_list_of_pages_can_have_is_told() =>
        Assert.Null(Audit(new("tiny", new(512, 0, 0)), Pages((0, 4096), (8192, 4096))).LeastSegmentCount);

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

    private static ListAuditReport Audit(Device device, GivenScatterlist list) => new ScatterlistAudit(device, DmaGetters.V61).Of(list);

    private static GivenScatterlist Pages(params (ulong Address, uint Length)[] entries) => new(
        "the list", [.. entries.Select(entry => new SgEntry(entry.Address >> 12, (uint)(entry.Address & 0xfff), entry.Length))], []);
}
