using DmaGrains.Model;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Kernel.Conformance;

/// <summary>One call of the table builder.</summary>
/// <param name="Pages">Runs of pages, in order.</param>
/// <param name="OffsetBytes">Where the data starts, from the first page.</param>
/// <param name="SizeBytes">Data after the offset; may be more or less than the pages hold.</param>
/// <param name="MaxSegmentSize">Bytes, not floored.</param>
/// <param name="EntriesAfter">Entries that the table must have after it; null when the record does not say.</param>
internal sealed record ScatterlistCall(
    PageExtent[] Pages, uint OffsetBytes, ulong SizeBytes, uint MaxSegmentSize, uint? EntriesAfter)
{
    /// <summary>The most pages of one record (4 GiB); a real record has a few hundred.</summary>
    public const ulong PagesMax = 1 << 20;

    /// <summary>The end of frame numbers, so that the address after the last page still fits 64 bits.</summary>
    private const ulong PfnEndMax = ulong.MaxValue >> Page.Shift;

    /// <param name="call">An object with the fields of a call.</param>
    /// <param name="pagesLeft">How many pages the record may still have.</param>
    public static ScatterlistCall Read(VectorField call, ref ulong pagesLeft)
    {
        var runs = call.Member("pfns").Items(1, (int)PagesMax);
        var pages = new PageExtent[runs.Length];
        for (var index = 0; index < runs.Length; index++)
        {
            pages[index] = ReadRun(runs[index], pagesLeft);
            pagesLeft -= pages[index].PageCount;
        }

        return new(
            pages,
            call.Member("offset").Number32(),
            call.Member("size").Number(),
            call.Member("max_segment").Number32(),
            call.MemberOrNull("nents_after")?.Number32());
    }

    public DmaResult<SgTable> ApplyTo(SgTable? table) => table is null
        ? Scatterlist.Build(Pages, OffsetBytes, SizeBytes, MaxSegmentSize)
        : Scatterlist.Append(table, Pages, OffsetBytes, SizeBytes, MaxSegmentSize);

    private static PageExtent ReadRun(VectorField run, ulong pagesLeft)
    {
        var pair = run.Items(2, 2);
        if (pair[1].Number(min: 1) > pagesLeft)
        {
            throw pair[1].Unexpected($"at most {PagesMax} pages in a record");
        }

        var count = pair[1].Number();
        return new(pair[0].Number(0, PfnEndMax - count), count);
    }
}
