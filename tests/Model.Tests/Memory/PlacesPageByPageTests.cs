using CsCheck;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Tests.Scatterlists;

namespace DmaGrains.Model.Tests.Memory;

/// <summary>Which pages a board gives after any history, found page by page: blocks of several zones, and ranges of several contiguous areas.</summary>
public sealed class PlacesPageByPageTests
{
    /// <summary>Regions beside each other, with gaps or without, and pages that the kernel holds in some.</summary>
    private static readonly Gen<(ulong Gap, ulong Pages, ulong Every, ulong Held)[]> _regions = Gen.Select(
        Gen.ULong[0, 40], Gen.OneOf(Gen.ULong[1, 60], Gen.ULong[200, 900]), Gen.OneOf(Gen.Const(0UL), Gen.ULong[2, 400]), Gen.ULong[0, 3]).Array[1, 3];

    /// <summary>A buffer of so many pages, or one of those held is freed.</summary>
    private static readonly Gen<(bool Frees, ulong Pages, int Pick)> _step =
        Gen.Select(Gen.Frequency((2, Gen.Const(false)), (1, Gen.Const(true))), Gen.OneOf(Gen.ULong[1, 40], Gen.ULong[1, 700]), Gen.Int[0, 1000]);

    [Fact]
    public void System_RAM_comes_in_the_lowest_blocks_of_the_highest_zone_for_each_order_in_turn() =>
        Gen.Select(_regions, _step.Array[1, 25]).Sample((regions, steps) =>
            Play(MemoryKind.System, regions, 0, steps, uint.MaxValue, (owners, pages) => Blocks(owners, pages)), iter: 300);

    [Fact]
    public void Contiguous_areas_give_the_lowest_aligned_range_of_the_highest_area_that_has_one() =>
        Gen.Select(_regions, Gen.Int[0, 10], _step.Array[1, 25]).Sample((regions, order, steps) =>
            Play(MemoryKind.Contiguous, regions, 4096UL << order, steps, 1, (owners, pages) => Range(owners, pages, 1UL << order)), iter: 300);

    [Fact]
    public void One_range_of_system_RAM_is_refused_with_the_largest_free_block() =>
        Gen.Select(_regions, Gen.ULong[1, 700].Array[1, 12], Gen.ULong[2, 1024]).Sample((regions, held, pages) =>
        {
            var layouts = LayoutsOf(MemoryKind.System, regions, 0);
            var (memory, owners) = (PhysicalMemory.Create(layouts).Value, new PageOwners(layouts));
            foreach (var (index, size) in held.Index())
            {
                var token = new AllocationToken($"b{index}", 0);
                (memory, var given) = memory.Allocate(new(token, size * 4096, DmaConstraints.Unconstrained, ulong.MaxValue, "gpu"));
                if (given.IsGranted)
                {
                    owners.Take(token, PageWalk.PagesOf(given.Value.Extents));
                }
            }

            var reply = memory.Allocate(new(
                new("one", 0), pages * 4096, DmaConstraints.Unconstrained with { MaxSegmentCount = 1 }, ulong.MaxValue, "gpu")).Reply;
            var needed = 1UL;
            while (needed < pages)
            {
                needed *= 2;
            }

            var largest = LargestBlock(owners);
            Assert.Equal(needed <= largest, reply.IsGranted);
            if (reply.Refusal is { Field: "MaxSegmentCount" } refusal)
            {
                Assert.Equal(largest * 4096, refusal.Limit);
            }
        }, iter: 1000);

    /// <summary>The pages of the largest naturally aligned block of which all are free, up to 1024.</summary>
    private static ulong LargestBlock(PageOwners owners)
    {
        for (var block = 1024UL; block != 0; block /= 2)
        {
            foreach (var zone in owners.Layouts)
            {
                for (var first = (zone.Range.FirstPfn + block - 1) / block * block; first + block <= zone.Range.EndPfn; first += block)
                {
                    if (PageWalk.PagesOf([new(first, block)]).All(owners.IsFree))
                    {
                        return block;
                    }
                }
            }
        }

        return 0;
    }

    private static void Play(
        MemoryKind kind,
        (ulong Gap, ulong Pages, ulong Every, ulong Held)[] regions,
        ulong alignmentBytes,
        (bool Frees, ulong Pages, int Pick)[] steps,
        uint segments,
        Func<PageOwners, ulong, List<ulong>?> places)
    {
        var layouts = LayoutsOf(kind, regions, alignmentBytes);
        var (memory, owners) = (PhysicalMemory.Create(layouts).Value, new PageOwners(layouts));
        var held = new List<AllocationToken>();
        for (var index = 0; index < steps.Length; index++)
        {
            var (frees, pages, pick) = steps[index];
            if (frees && held.Count != 0)
            {
                var freed = held[pick % held.Count];
                held.Remove(freed);
                owners.Free(freed);
                memory = memory.Free(freed);
                continue;
            }

            var token = new AllocationToken($"b{index}", 0);
            (memory, var reply) = memory.Allocate(new(
                token, pages * 4096, DmaConstraints.Unconstrained with { MaxSegmentCount = segments }, ulong.MaxValue, "gpu"));
            var expected = places(owners, pages);
            Assert.Equal(expected, reply.IsGranted ? [.. PageWalk.PagesOf(reply.Value.Extents)] : null);
            if (expected is not null)
            {
                Assert.True(owners.Take(token, expected));
                held.Add(token);
            }
        }

        memory.AssertInvariants();
    }

    private static MemoryRegionLayout[] LayoutsOf(
        MemoryKind kind, (ulong Gap, ulong Pages, ulong Every, ulong Held)[] regions, ulong alignmentBytes)
    {
        var layouts = new List<MemoryRegionLayout>();
        var end = 900UL;
        foreach (var (gap, pages, every, held) in regions)
        {
            layouts.Add(new($"region{layouts.Count}", kind, new(end + gap, pages), every, every == 0 ? 0 : Math.Min(held, every - 1))
            {
                AreaAlignmentBytes = alignmentBytes,
            });
            end += gap + pages;
        }

        return [.. layouts];
    }

    private static IEnumerable<MemoryRegionLayout> FromTheHighest(PageOwners owners) => owners.Layouts.Reverse();

    /// <summary>Blocks of 256 pages while so much is left, then of 16, then pages; null when there are too few.</summary>
    private static List<ulong>? Blocks(PageOwners owners, ulong pages)
    {
        var taken = new List<ulong>();
        var isTaken = new HashSet<ulong>();
        foreach (var block in (ulong[])[256, 16, 1])
        {
            foreach (var zone in FromTheHighest(owners))
            {
                for (var first = (zone.Range.FirstPfn + block - 1) / block * block; (ulong)taken.Count + block <= pages && first + block <= zone.Range.EndPfn; first += block)
                {
                    var whole = PageWalk.PagesOf([new(first, block)]).ToList();
                    if (whole.TrueForAll(pfn => owners.IsFree(pfn) && !isTaken.Contains(pfn)))
                    {
                        taken.AddRange(whole);
                        isTaken.UnionWith(whole);
                    }
                }
            }
        }

        return (ulong)taken.Count == pages ? taken : null;
    }

    /// <summary>A range at a multiple of its length, rounded up to a power of two, but at most of an alignment; null when there is none.</summary>
    private static List<ulong>? Range(PageOwners owners, ulong pages, ulong alignmentMax)
    {
        var alignment = 1UL;
        while (alignment < pages && alignment < alignmentMax)
        {
            alignment *= 2;
        }

        foreach (var area in FromTheHighest(owners))
        {
            for (var first = (area.Range.FirstPfn + alignment - 1) / alignment * alignment; first + pages <= area.Range.EndPfn; first += alignment)
            {
                if (PageWalk.PagesOf([new(first, pages)]).All(owners.IsFree))
                {
                    return [.. PageWalk.PagesOf([new(first, pages)])];
                }
            }
        }

        return null;
    }
}
