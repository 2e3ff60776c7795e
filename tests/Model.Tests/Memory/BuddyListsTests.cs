using System.Numerics;
using CsCheck;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Model.Tests.Scatterlists;

namespace DmaGrains.Model.Tests.Memory;

/// <summary>The page allocator's lists, and system RAM that is given as it would give it.</summary>
public sealed class BuddyListsTests
{
    private const int OrderMax = 10;

    private static readonly Gen<PageExtent[]> _ranges = Gen.Select(Gen.ULong[1, 70], Gen.OneOf(Gen.ULong[1, 40], Gen.ULong[900, 2200])).Array[1, 5]
        .Select(gaps =>
        {
            var (ranges, end) = (new List<PageExtent>(), 4000UL);
            foreach (var (gap, pages) in gaps)
            {
                ranges.Add(new(end + gap, pages));
                end = ranges[^1].EndPfn;
            }

            return ranges.ToArray();
        });

    [Fact]
    public void Blocks_of_one_order_are_those_of_a_range_that_have_it() =>
        Gen.Select(Gen.OneOf(Gen.ULong[0, 70], Gen.ULong[0, 9000]), Gen.OneOf(Gen.ULong[1, 70], Gen.ULong[1, 9000]), Gen.Int[0, 13]).Sample((first, pages, largest) =>
        {
            var blocks = BuddyLists.BlocksOf(new(first, pages), largest).ToList();

            Assert.All(Enumerable.Range(0, largest + 1), order => Assert.Equal(
                blocks.Where(block => block.Order == order).Select(block => block.FirstPfn), BuddyLists.BlocksOf(new(first, pages), order, largest)));
        }, iter: 2000);

    [Fact]
    public void Free_blocks_are_the_largest_aligned_ones_of_the_free_pages_after_any_history() =>
        Gen.Select(_ranges, Gen.Select(Gen.Int[0, OrderMax], Gen.Int[0, 9]).Array[0, 60]).Sample((ranges, steps) =>
        {
            var lists = BuddyLists.AfterBoot(ranges, OrderMax);
            var free = PageWalk.PagesOf(ranges).ToHashSet();
            var held = new List<(ulong FirstPfn, int Order)>();
            foreach (var (order, give) in steps)
            {
                if (give < 4 && held.Count != 0)
                {
                    var block = held[order % held.Count];
                    held.Remove(block);
                    lists = lists.Give(block.FirstPfn, block.Order);
                    free.UnionWith(PageWalk.PagesOf([new(block.FirstPfn, 1UL << block.Order)]));
                }
                else
                {
                    var smallest = LargestBlocks(free).Where(block => block.Order >= order).Select(block => block.Order).DefaultIfEmpty(-1).Min();
                    (lists, var first) = lists.Take(order);
                    Assert.Equal(smallest >= 0, first is not null);
                    if (first is { } got)
                    {
                        Assert.Contains((got, smallest), LargestBlocks(free));
                        free.ExceptWith(PageWalk.PagesOf([new(got, 1UL << order)]));
                        held.Add((got, order));
                    }
                }

                lists.AssertInvariants();
                Assert.Equal((ulong)free.Count, lists.FreePageCount);
                Assert.Equal(LargestBlocks(free), lists.Lists.SelectMany((list, order) => list.Select(first => (first, order))).Order());
            }
        }, iter: 60);

    [Fact]
    public void Without_frees_the_lowest_block_comes_first() =>
        Gen.Select(_ranges, Gen.Int[0, OrderMax].Array[1, 40]).Sample((ranges, orders) =>
        {
            var lists = BuddyLists.AfterBoot(ranges, OrderMax);
            foreach (var order in orders)
            {
                var lowest = lists.Lists.Skip(order).FirstOrDefault(list => list.Any())?.Min();
                (lists, var first) = lists.Take(order);
                Assert.Equal(lowest, first);
            }
        }, iter: 300);

    [Fact]
    public void One_range_of_system_RAM_begins_a_free_block_of_its_size_and_is_refused_exactly_without_one() =>
        Gen.Select(Gen.ULong[1000, 1200], Gen.ULong[1, 3000], Gen.ULong[0, 90], Gen.ULong[1, 3000], Gen.ULong[1, 1100]).Sample((first, pages, every, before, asked) =>
        {
            var layout = new MemoryRegionLayout("ram", MemoryKind.System, new(first, pages), every < 2 ? 0 : every, every < 2 ? 0 : 1UL);
            var memory = PhysicalMemory.Create([layout]).Value;
            (memory, var held) = memory.Allocate(Of("held", before, uint.MaxValue));
            var free = PageWalk.PagesOf(layout.FreeRuns()).Except(held.TryGetValue(out var storage) ? PageWalk.PagesOf(storage.Extents) : []).ToHashSet();
            var order = BitOperations.Log2(BitOperations.RoundUpToPowerOf2(asked));

            var reply = memory.Allocate(Of("one", asked, 1)).Reply;

            var blocks = order > OrderMax ? [] : LargestBlocks(free).Where(block => block.Order >= order).ToList();
            Assert.Equal(blocks.Count != 0, reply.IsGranted);
            Assert.True(!reply.TryGetValue(out var one) || (one.Extents is [var range] && range.PageCount == asked && blocks.Exists(block => block.FirstPfn == range.FirstPfn)));
        }, iter: 300);

    [Fact]
    public void Scattered_system_RAM_is_blocks_of_order_8_as_far_as_there_are_then_of_order_4_then_pages() =>
        Gen.Select(Gen.ULong[1000, 1200], Gen.ULong[1, 3000], Gen.ULong[0, 700], Gen.ULong[1, 3000]).Sample((first, pages, every, asked) =>
        {
            var layout = new MemoryRegionLayout("ram", MemoryKind.System, new(first, pages), every < 2 ? 0 : every, every < 2 ? 0 : 1UL);
            var free = PageWalk.PagesOf(layout.FreeRuns()).ToHashSet();
            if (!PhysicalMemory.Create([layout]).Value.Allocate(Of("frame", asked, uint.MaxValue)).Reply.TryGetValue(out var storage))
            {
                Assert.True((ulong)free.Count < asked);
                return;
            }

            var (expected, left) = (new List<ulong>(), asked);
            foreach (var size in (ulong[])[256, 16, 1])
            {
                for (var block = first / size * size; block < first + pages && left >= size; block += size)
                {
                    if (PageWalk.PagesOf([new(block, size)]).All(free.Contains))
                    {
                        expected.AddRange(PageWalk.PagesOf([new(block, size)]));
                        free.ExceptWith(PageWalk.PagesOf([new(block, size)]));
                        left -= size;
                    }
                }
            }

            Assert.Equal(expected, PageWalk.PagesOf(storage.Extents));
        }, iter: 300);

    private static AllocationRequest Of(string name, ulong pages, uint segments) => new(
        new(name, 0), pages * 4096, DmaConstraints.Unconstrained with { MaxSegmentCount = segments }, ulong.MaxValue, "gpu");

    /// <summary>The aligned blocks of free pages that lie in no larger one, in address order.</summary>
    private static List<(ulong FirstPfn, int Order)> LargestBlocks(HashSet<ulong> free)
    {
        var blocks = new List<(ulong FirstPfn, int Order)>();
        foreach (var pfn in free.Order())
        {
            if (blocks.Count != 0 && pfn < blocks[^1].FirstPfn + (1UL << blocks[^1].Order))
            {
                continue;
            }

            var order = 0;
            while (order < OrderMax && pfn % (2UL << order) == 0 && PageWalk.PagesOf([new(pfn, 2UL << order)]).All(free.Contains))
            {
                order++;
            }

            blocks.Add((pfn, order));
        }

        return blocks;
    }
}
