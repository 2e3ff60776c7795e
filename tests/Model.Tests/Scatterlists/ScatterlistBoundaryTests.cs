using CsCheck;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Model.Tests.Scatterlists;

public sealed class ScatterlistBoundaryTests
{
    [Fact]
    public void Build_with_a_boundary_is_the_page_walk_cut_at_every_window() =>
        Gen.Select(AnyRuns.Extents, Gen.ULong[0, 4095], AnyRuns.Segment, AnyRuns.Window).Sample(
            (runs, unused, segment, mask) =>
        {
            var size = (AnyRuns.PageCount(runs) * 4096) - unused;
            var window = mask == ulong.MaxValue ? ulong.MaxValue : (mask + 1) / 4096;
            var walked = PageWalk.Build(PageWalk.PagesOf(runs), 0, size, segment, window);
            return Scatterlist.Build(runs, 0, size, segment, mask).Value.Entries.SequenceEqual(walked.ToArray());
        }, iter: 2000);

    [Fact]
    public void Build_with_a_boundary_covers_the_pages_in_order_and_breaks_no_limit() =>
        Gen.Select(AnyRuns.Extents, Gen.ULong[0, 4095], AnyRuns.Segment, AnyRuns.Window).Sample(
            (runs, unused, segment, mask) =>
        {
            var size = (AnyRuns.PageCount(runs) * 4096) - unused;
            var table = Scatterlist.Build(runs, 0, size, segment, mask).Value;
            var covered = table.ToImmutableArray()
                .SelectMany(entry => PageWalk.PagesOf([new(entry.FirstPfn, Page.CountFor(entry.LengthBytes))]));
            return table.LengthBytes == size
                && covered.SequenceEqual(PageWalk.PagesOf(runs))
                && SegmentCheck.FirstViolation(table.Entries, new(segment, uint.MaxValue, mask), "gpu") is null;
        }, iter: 2000);

    [Fact]
    public void CountEntries_is_the_number_of_entries_that_Build_makes() =>
        Gen.Select(Gen.ULong[0, 70], Gen.ULong[1, 70], AnyRuns.Segment, AnyRuns.Window).Sample(
            (first, pages, segment, mask) =>
        {
            var run = new PageExtent(first, pages);
            var table = Scatterlist.Build([run], 0, run.SizeBytes, segment, mask).Value;
            return Scatterlist.CountEntries(run, new(segment, 1, mask)) == (ulong)table.EntryCount;
        }, iter: 2000);

    [Fact]
    public void CountEntries_counts_the_whole_of_a_52_bit_memory() =>
        Assert.Equal(
            1UL << 21, Scatterlist.CountEntries(new(0, 1UL << 40), new(uint.MaxValue, 1, (1UL << 32) - 1)));

    [Fact]
    public void Build_cuts_at_pages_when_the_window_is_smaller_than_a_page()
    {
        var table = Scatterlist.Build([new(3, 2)], 0, 8192, 65536, 511).Value;

        Assert.Equal([new SgEntry(3, 0, 4096), new(4, 0, 4096)], table.Entries);
    }
}
