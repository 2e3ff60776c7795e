using CsCheck;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Model.Tests.Scatterlists;

/// <summary>Generators of page runs that often touch, and of limits that often bite.</summary>
internal static class AnyRuns
{
    /// <summary>1 to 8 runs in a few dozen frames; runs may touch, and frames may repeat.</summary>
    public static Gen<PageExtent[]> Extents { get; } =
        Gen.Select(Gen.Int[-1, 40], Gen.ULong[1, 6]).Array[1, 8].Select(Placed);

    /// <summary>A byte in the first page.</summary>
    public static Gen<uint> Offset { get; } = Gen.OneOf(Gen.Const(0u), Gen.UInt[0, 4095]);

    /// <summary>A byte in the first page, beyond it, or beyond the first run.</summary>
    public static Gen<uint> AnyOffset { get; } = Gen.OneOf(Offset, Gen.UInt[4096, 10 * 4096], Gen.UInt);

    /// <summary>1 to 9 pages and some bytes, or no limit.</summary>
    public static Gen<uint> Segment { get; } = Gen.OneOf(Gen.UInt[4096, 9 * 4096], Gen.Const(uint.MaxValue));

    /// <summary>Windows of 1 to 32 pages, or none.</summary>
    public static Gen<ulong> Window { get; } = Gen.OneOf(
        Gen.Int[0, 5].Select(bits => Any.WindowOf(1UL << bits)), Gen.Const(ulong.MaxValue));

    public static ulong PageCount(IEnumerable<PageExtent> runs) =>
        runs.Aggregate(0UL, (sum, run) => sum + run.PageCount);

    /// <summary>Frame -1 stands for "right behind the run before".</summary>
    private static PageExtent[] Placed((int First, ulong Pages)[] runs)
    {
        ulong end = 0;
        return [.. runs.Select(run =>
        {
            var extent = new PageExtent(run.First < 0 ? end : (ulong)run.First, run.Pages);
            end = extent.EndPfn;
            return extent;
        })];
    }
}
