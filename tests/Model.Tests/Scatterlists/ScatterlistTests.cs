using CsCheck;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Model.Tests.Scatterlists;

public sealed class ScatterlistTests
{
    [Fact]
    public void Build_is_the_page_walk_when_the_size_ends_in_the_last_page() =>
        Gen.Select(AnyRuns.Extents, AnyRuns.Offset, Gen.ULong[0, 4095], AnyRuns.Segment).Sample(
            (runs, offset, unused, segment) =>
        {
            var size = AnyRuns.PageCount(runs) * 4096;
            return SameAsWalk(runs, offset, size <= offset + unused ? 1 : size - offset - unused, segment);
        }, iter: 2000);

    [Fact]
    public void Build_is_the_page_walk_when_the_caller_gives_another_size_or_an_offset_beyond_the_page() =>
        Gen.Select(AnyRuns.Extents, AnyRuns.AnyOffset, Gen.OneOf(Gen.ULong[0, 40 * 4096], Gen.ULong), AnyRuns.Segment)
            .Sample(SameAsWalk, iter: 2000);

    [Fact]
    public void Build_covers_the_size_exactly_when_it_ends_in_the_last_page() =>
        Gen.Select(AnyRuns.Extents, Gen.ULong[0, 4095], AnyRuns.Segment).Sample((runs, unused, segment) =>
        {
            var size = (AnyRuns.PageCount(runs) * 4096) - unused;
            var table = Scatterlist.Build(runs, 0, size, segment).Value;
            return table.LengthBytes == size && table.MappedEntryCount == table.EntryCount;
        });

    [Fact]
    public void Build_covers_only_the_pages_when_the_size_is_larger()
    {
        var table = Scatterlist.Build([new(7, 2)], 100, 20000, 65536).Value;

        Assert.Equal([new SgEntry(7, 100, 8092)], table.Entries);
    }

    [Fact]
    public void Build_makes_later_entries_full_when_the_size_ends_before_them()
    {
        var table = Scatterlist.Build([new(7, 1), new(9, 1), new(11, 1)], 0, 5000, 65536).Value;

        Assert.Equal([new SgEntry(7, 0, 4096), new(9, 0, 904), new(11, 0, 4096)], table.Entries);
    }

    [Fact]
    public void Build_merges_runs_that_touch()
    {
        var table = Scatterlist.Build([new(7, 2), new(9, 3), new(13, 1)], 0, 6 * 4096, 65536).Value;

        Assert.Equal([new SgEntry(7, 0, 5 * 4096), new(13, 0, 4096)], table.Entries);
    }

    [Fact]
    public void Build_is_the_same_for_runs_cut_anywhere() =>
        Gen.Select(AnyRuns.Extents, AnyRuns.Segment, AnyRuns.Window).Sample((runs, segment, mask) =>
        {
            var size = AnyRuns.PageCount(runs) * 4096;
            PageExtent[] pages = [.. PageWalk.PagesOf(runs).Select(pfn => new PageExtent(pfn, 1))];
            return Scatterlist.Build(runs, 0, size, segment, mask).Value.Entries
                .SequenceEqual(Scatterlist.Build(pages, 0, size, segment, mask).Value.Entries);
        });

    [Fact]
    public void Build_cuts_the_longest_runs_by_page_count_when_the_limit_is_4_GiB()
    {
        const ulong Pages = (1UL << 21) + 3;

        var table = Scatterlist.Build([new(5, Pages)], 0, Pages * 4096, uint.MaxValue).Value;

        Assert.Equal(
            [new SgEntry(5, 0, 0xfffff000), new(5 + 0xfffff, 0, 0xfffff000), new(5 + 0x1ffffe, 0, 5 * 4096)],
            table.Entries);
    }

    [Fact]
    public void Build_makes_an_empty_table_when_there_are_no_pages() =>
        Assert.Equal(0, Scatterlist.Build([], 0, 4096, 4096).Value.EntryCount);

    [Theory]
    [InlineData(0u)]
    [InlineData(1u)]
    [InlineData(4095u)]
    public void Build_refuses_with_EINVAL_when_a_segment_holds_no_page(uint segment)
    {
        var refusal = Scatterlist.Build([new(1, 1)], 0, 4096, segment).Refusal!;

        Assert.Equal((Errno.EINVAL, "MaxSegmentSize"), (refusal.Errno, refusal.Field));
    }

    [Fact]
    public void ToImmutableArray_is_the_entries()
    {
        var table = Scatterlist.Build([new(7, 1), new(9, 1)], 0, 8192, 4096).Value;

        Assert.Equal(table.Entries, table.ToImmutableArray().AsSpan());
    }

    private static bool SameAsWalk(PageExtent[] runs, uint offset, ulong size, uint segment)
    {
        var walked = PageWalk.Build(PageWalk.PagesOf(runs), offset, size, segment);
        return Scatterlist.Build(runs, offset, size, segment).Value.Entries.SequenceEqual(walked.ToArray());
    }
}
