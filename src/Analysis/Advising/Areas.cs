using System.Collections.Immutable;
using System.Numerics;
using DmaGrains.Model;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Scenarios.Files;

namespace DmaGrains.Analysis.Advising;

/// <summary>Contiguous areas that could be configured at boot, taken from system RAM within reach of all importers.</summary>
/// <remarks>
/// A buffer in one run needs an area of exactly its own size, so only the place varies. Areas are reserved at boot, before the kernel uses
/// the memory.
/// </remarks>
internal static class Areas
{
    private const string NewName = "cma";

    /// <summary>Existing areas, grown into the adjacent RAM, and a new one, as high as all importers reach.</summary>
    /// <param name="request">The request.</param>
    /// <param name="reach">The pages that all importers reach.</param>
    public static IEnumerable<Change> Of(AdviceRequest request, ImmutableArray<PageExtent> reach)
    {
        var memory = request.Board.Memory;
        var pages = Page.CountFor(request.SizeBytes, Math.Max(memory[0].PageOrder, BitOperations.Log2(memory[0].PageBlock | 1) - Page.Shift));
        return OpenAreas(memory).Any(area => area.Range.PageCount >= pages && IsReached(area.Range, reach))
            ? []
            : Grown(memory, pages, reach).Take(1).Concat(New(memory, pages, reach).Take(1));
    }

    private static IEnumerable<MemoryRegionLayout> OpenAreas(IEnumerable<MemoryRegionLayout> memory) =>
        memory.Where(region => region.Kind == MemoryKind.Contiguous && region.ReservedPages == 0 && region.MissedPageBlock is null);

    private static IEnumerable<MemoryRegionLayout> Ram(IEnumerable<MemoryRegionLayout> memory) =>
        memory.Where(region => region.Kind == MemoryKind.System).OrderByDescending(region => region.Range.FirstPfn);

    private static bool IsReached(PageExtent range, ImmutableArray<PageExtent> reach) =>
        reach.Any(reached => range.FirstPfn >= reached.FirstPfn && range.EndPfn <= reached.EndPfn);

    private static IEnumerable<Change> Grown(ImmutableArray<MemoryRegionLayout> memory, ulong pages, ImmutableArray<PageExtent> reach) =>
        from area in OpenAreas(memory)
        where area.Range.PageCount < pages
        let more = pages - area.Range.PageCount
        from ram in Ram(memory)
        where ram.Range.PageCount > more && (ram.Range.EndPfn == area.Range.FirstPfn || ram.Range.FirstPfn == area.Range.EndPfn)
        let isBelow = ram.Range.EndPfn == area.Range.FirstPfn
        let grown = new PageExtent(isBelow ? area.Range.FirstPfn - more : area.Range.FirstPfn, pages)
        where IsReached(grown, reach) && (area with { Range = grown }).MissedPageBlock is null
        let left = new PageExtent(isBelow ? ram.Range.FirstPfn : ram.Range.FirstPfn + more, ram.Range.PageCount - more)
        select ChangeTo(
            memory.Replace(area, area with { Range = grown }).Replace(ram, ram with { Range = left }),
            area with { Range = grown },
            area.Range.SizeBytes,
            $"make {area.Name} a contiguous area of {grown.SizeBytes} bytes instead of {area.Range.SizeBytes}, out of {ram.Name}");

    private static IEnumerable<Change> New(ImmutableArray<MemoryRegionLayout> memory, ulong pages, ImmutableArray<PageExtent> reach) =>
        from ram in Ram(memory)
        from reached in reach.OrderByDescending(reached => reached.FirstPfn)
        let first = Math.Max(ram.Range.FirstPfn, reached.FirstPfn)
        let end = Math.Min(ram.Range.EndPfn, reached.EndPfn)
        where end > first && end - first >= pages && memory.Length + 2 <= PhysicalMemory.RegionsMax

        // Aligned to its size, the area crosses as few boundaries as possible.
        let aligned = (end - pages) & ~(BitOperations.RoundUpToPowerOf2(pages) - 1)
        let area = new MemoryRegionLayout(
            UniqueName.Of(NewName, memory.Select(region => region.Name)),
            MemoryKind.Contiguous,
            new(aligned >= first ? aligned : end - pages, pages))
        {
            PageOrder = memory[0].PageOrder,
            PageBlockBytes = memory[0].PageBlockBytes,
            AreaAlignmentBytes = memory[0].AreaAlignmentBytes,
        }
        where area.MissedPageBlock is null
        select ChangeTo(
            [.. memory.Where(region => region != ram), .. WithArea(memory, ram, area)],
            area,
            null,
            $"set aside {area.Name}, a contiguous area of {area.Range.SizeBytes} bytes, out of {ram.Name}");

    /// <summary>The RAM below the area, the area, and the RAM above it.</summary>
    private static IEnumerable<MemoryRegionLayout> WithArea(
        ImmutableArray<MemoryRegionLayout> memory, MemoryRegionLayout ram, MemoryRegionLayout area)
    {
        var below = ram.Range with { PageCount = area.Range.FirstPfn - ram.Range.FirstPfn };
        var above = new PageExtent(area.Range.EndPfn, ram.Range.EndPfn - area.Range.EndPfn);
        if (below.PageCount != 0)
        {
            yield return ram with { Range = below };
        }

        yield return area;
        if (above.PageCount != 0)
        {
            var name = below.PageCount == 0 ? ram.Name : UniqueName.Of(ram.Name, [.. memory.Select(region => region.Name), area.Name]);
            yield return ram with { Name = name, Range = above };
        }
    }

    private static Change ChangeTo(ImmutableArray<MemoryRegionLayout> memory, MemoryRegionLayout area, ulong? from, string text) => new(
        ChangeKind.Area, null, null, from, area.Range.SizeBytes, text,
        before => before with { Board = before.Board with { Memory = memory } })
    {
        Area = new(area.Name, area.Range.Address.Value, area.Range.SizeBytes),
    };
}
