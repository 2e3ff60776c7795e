using CsCheck;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Model.Tests.Scatterlists;

public sealed class ScatterlistAppendTests
{
    private static readonly Gen<ulong> _size = Gen.ULong[1, 100_000];

    [Fact]
    public void Append_is_the_page_walk_over_several_calls() =>
        Gen.Select(AnyRuns.Extents, AnyRuns.Segment, Gen.Select(AnyRuns.Extents, AnyRuns.Segment).Array[1, 3]).Sample(
            (runs, segment, calls) =>
            {
                var size = AnyRuns.PageCount(runs) * 4096;
                var table = Scatterlist.Build(runs, 0, size, segment).Value;
                var walked = PageWalk.Build(PageWalk.PagesOf(runs), 0, size, segment);
                foreach (var (more, max) in calls)
                {
                    var added = AnyRuns.PageCount(more) * 4096;
                    table = Scatterlist.Append(table, more, 0, added, max).Value;
                    walked = PageWalk.Append(walked, PageWalk.PagesOf(more), added, max);
                }

                return table.Entries.SequenceEqual(walked.ToArray());
            },
            iter: 2000);

    [Fact]
    public void Append_is_the_page_walk_when_the_caller_gives_another_size() =>
        Gen.Select(AnyRuns.Extents, AnyRuns.Offset, _size, AnyRuns.Extents, _size, AnyRuns.Segment).Sample(
            (runs, offset, size, more, added, segment) =>
            {
                var table = Scatterlist.Build(runs, offset, size, segment).Value;
                var before = PageWalk.Build(PageWalk.PagesOf(runs), offset, size, segment);
                var walked = PageWalk.Append(before, PageWalk.PagesOf(more), added, segment);
                return Scatterlist.Append(table, more, 0, added, segment).Value.Entries.SequenceEqual(walked.ToArray());
            },
            iter: 2000);

    [Fact]
    public void Append_does_not_change_the_table_it_appends_to()
    {
        var table = Scatterlist.Build([new(7, 1)], 0, 4096, 65536).Value;

        var longer = Scatterlist.Append(table, [new(8, 1), new(20, 1)], 0, 8192, 65536).Value;

        Assert.Equal([new SgEntry(7, 0, 4096)], table.Entries);
        Assert.Equal([new SgEntry(7, 0, 8192), new(20, 0, 4096)], longer.Entries);
    }

    [Fact]
    public void Append_refuses_with_EINVAL_when_a_segment_holds_no_page() =>
        Assert.Equal((Errno.EINVAL, "MaxSegmentSize"), Fault(offset: 1, segment: 4095));

    [Fact]
    public void Append_refuses_with_EINVAL_when_the_offset_is_not_zero() =>
        Assert.Equal((Errno.EINVAL, "OffsetBytes"), Fault(offset: 1, segment: 4096));

    private static (Errno Errno, string? Field) Fault(uint offset, uint segment)
    {
        var table = Scatterlist.Build([new(7, 1)], 0, 4096, 65536).Value;
        var refusal = Scatterlist.Append(table, [new(8, 1)], offset, 4096, segment).Refusal!;
        return (refusal.Errno, refusal.Field);
    }
}
