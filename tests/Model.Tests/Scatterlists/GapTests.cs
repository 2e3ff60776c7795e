using CsCheck;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Model.Tests.Scatterlists;

/// <summary>Whole packets (ni/usb3vision #12) and NVMe's page gaps.</summary>
public sealed class GapTests
{
    [Theory]
    [InlineData(3568u, 1024UL, Errno.EBUSY)]
    [InlineData(3072u, 1024UL, null)]
    [InlineData(4096u, 4096UL, null)]
    [InlineData(4095u, 4096UL, Errno.EBUSY)]
    public void Every_segment_but_the_last_is_whole_packets(uint first, ulong packet, Errno? expected)
    {
        var constraints = Taking(ListLimit.SegmentGranularity, packet);

        Assert.Equal(expected, SegmentCheck.FirstViolation([new SgEntry(1, 0, first), new SgEntry(9, 0, 999)], constraints, "host")?.Errno);
        Assert.Null(SegmentCheck.FirstViolation([new SgEntry(1, 0, first)], constraints, "host"));
    }

    [Theory]
    [InlineData(528u, 3568u, 0u, null)]
    [InlineData(528u, 3567u, 0u, Errno.EBUSY)]
    [InlineData(0u, 4096u, 1u, Errno.EBUSY)]
    [InlineData(0u, 4096u, 0u, null)]
    public void Segments_leave_no_gap_between_pages_before_the_first_and_behind_the_last_aside(uint offset, uint length, uint nextOffset, Errno? expected)
    {
        var constraints = Taking(ListLimit.VirtBoundaryMask, 4095);

        var violation = SegmentCheck.FirstViolation([new SgEntry(1, offset, length), new SgEntry(9, nextOffset, 7)], constraints, "nvme");

        Assert.Equal(expected, violation?.Errno);
        Assert.Equal(expected is null ? null : nameof(ListLimit.VirtBoundaryMask), violation?.Field);
    }

    [Fact]
    public void Lists_cut_out_of_pages_keep_both_whatever_cuts_them() => Gen.Select(
        AnyRuns.Extents, Gen.UInt[4096, 100_000], AnyRuns.Window, Gen.Int[0, 12], Gen.Int[1, 12]).Sample((runs, size, mask, packet, gap) =>
        {
            var pages = runs.Aggregate(0UL, (sum, run) => sum + run.PageCount);
            var limits = default(ListLimits).With(ListLimit.SegmentGranularity, 1UL << packet).With(ListLimit.VirtBoundaryMask, (1UL << gap) - 1);

            var list = Scatterlist.Build(runs, 0, (pages << 12) - 5, size, mask | 4095).Value;

            Assert.Null(SegmentCheck.FirstViolation(list, DmaConstraints.Unconstrained with { Limits = limits }, "any"));
        });

    private static DmaConstraints Taking(ListLimit limit, ulong value) =>
        DmaConstraints.Unconstrained with { Limits = default(ListLimits).With(limit, value) };
}
