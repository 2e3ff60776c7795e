using BenchmarkDotNet.Attributes;
using DmaGrains.Model;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Benchmarks.Model;

/// <summary>
/// What does a scatterlist cost beside the kernel's page walk? Each side gets the pages as it keeps them: C a frame number per page,
/// the model an extent per run. Divide by the pages for ns per page; bytes count the managed side only.
/// </summary>
[MemoryDiagnoser]
public class ScatterlistBenchmarks
{
    private PageWalk _kernel = null!;
    private ulong[] _pfns = [];
    private PageExtent[] _extents = [];

    [Params(PageShape.Contiguous, PageShape.RunsOf16, PageShape.Apart)]
    public PageShape Shape { get; set; }

    [Params(512, 65_536)]
    public int Pages { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var run = Shape switch
        {
            PageShape.Contiguous => Pages,
            PageShape.RunsOf16 => 16,
            _ => 1,
        };

        // One frame is left out behind every run.
        _pfns = [.. Enumerable.Range(0, Pages).Select(page => 0x100000UL + (uint)page + (uint)(page / run))];
        _extents = [.. Enumerable.Range(0, Pages / run).Select(index => new PageExtent(_pfns[index * run], (uint)run))];
        _kernel = new();
        if (PageWalkInC() != Build())
        {
            throw new InvalidOperationException("The two lists differ.");
        }
    }

    [Benchmark(Baseline = true)]
    public int PageWalkInC() => _kernel.BuildAndFree(_pfns, uint.MaxValue);

    [Benchmark]
    public int Build() =>
        Scatterlist.Build(_extents, 0, (ulong)Pages << Page.Shift, uint.MaxValue).Value.EntryCount;
}
