using CsCheck;
using DmaGrains.Model.Constraints;
using DmaGrains.Model.Memory;
using DmaGrains.Model.Scatterlists;
using DmaGrains.Model.Tests.Scatterlists;

namespace DmaGrains.Model.Tests.Memory;

/// <summary>Random histories of one memory, held against a memory kept page by page.</summary>
public sealed class PhysicalMemoryHistoryTests
{
    /// <summary>An allocation, or that its token is freed.</summary>
    private static readonly Gen<(bool Frees, AllocationRequest Request)> _step =
        Gen.Select(Gen.Frequency((1, Gen.Const(true)), (2, Gen.Const(false))), AnyMemory.Request);

    [Fact]
    public void Memory_is_the_page_by_page_one_after_any_history() =>
        Gen.Select(AnyMemory.Layouts, _step.Array[1, 20]).Sample((layouts, steps) =>
        {
            var owners = new PageOwners(layouts);
            var memory = PhysicalMemory.Create(layouts).Value;
            foreach (var (frees, request) in steps)
            {
                memory = frees ? Free(memory, owners, request.Token) : Allocate(memory, owners, request);
                AssertSame(memory, owners);
            }
        }, iter: 2000);

    [Fact]
    public void Restore_gives_the_memory_that_was_stored() =>
        Gen.Select(AnyMemory.Layouts, _step.Array[1, 12], AnyMemory.Request).Sample((layouts, steps, next) =>
        {
            var memory = PhysicalMemory.Create(layouts).Value;
            foreach (var (frees, request) in steps)
            {
                memory = frees ? memory.Free(request.Token) : memory.Allocate(request).Next;
            }

            var restored = PhysicalMemory.Restore([.. memory.Layouts], memory.Allocations);

            Assert.Equal(memory.Layouts, restored.Layouts);
            Assert.Equal(memory.Allocations, restored.Allocations);
            Assert.Equal(memory.Describe().AsEnumerable(), restored.Describe());
            Assert.Equal(
                memory.Allocate(next).Reply.Refusal?.Errno, restored.Allocate(next).Reply.Refusal?.Errno);
        });

    [Fact]
    public void With_a_token_end_those_of_its_last_16_generations_that_hold_pages() =>
        Gen.Select(Gen.UInt[0, 40], Gen.UInt[0, 40].Array[0, 8]).Sample((generation, held) =>
        {
            var memory = held.Distinct().Aggregate(
                PhysicalMemory.Create([new("ram", MemoryKind.System, new(0, 64))]).Value,
                (memory, earlier) => memory.Allocate(new(new("frame", earlier), 4096, DmaConstraints.Unconstrained, ulong.MaxValue, "gpu")).Next);

            var expected = held.Distinct().Where(earlier => earlier < generation && generation - earlier <= 16).OrderDescending();

            Assert.Equal([generation, .. expected], memory.EndingWith(new("frame", generation)).Select(token => token.Generation));
            Assert.Equal([generation], memory.EndingWith(new("other", generation)).Select(token => token.Generation));
        });

    private static PhysicalMemory Free(PhysicalMemory memory, PageOwners owners, AllocationToken token)
    {
        var held = memory.Held(token) is not null;
        var next = memory.Free(token);
        owners.Free(token);

        Assert.Equal(!held, ReferenceEquals(memory, next));
        Assert.Same(next, next.Free(token));
        return next;
    }

    private static PhysicalMemory Allocate(PhysicalMemory memory, PageOwners owners, AllocationRequest request)
    {
        var held = memory.Held(request.Token);
        var (next, reply) = memory.Allocate(request);
        if (held is not null && held.Request == request)
        {
            Assert.Same(memory, next);
            Assert.Same(held.Storage, reply.Value);
            return next;
        }

        owners.Free(request.Token);
        if (!reply.TryGetValue(out var storage))
        {
            AssertRefusedRightly(owners, request, reply.Refusal!);
            return next;
        }

        AssertChosenRightly(owners, request, storage);
        Assert.True(owners.Take(request.Token, PageWalk.PagesOf(storage.Extents)));
        AssertSatisfies(storage, request);
        Assert.Same(next, next.Allocate(request).Next);
        Assert.Equal((request, storage), (next.Held(request.Token)!.Request, next.Held(request.Token)!.Storage));
        return next;
    }

    private static void AssertRefusedRightly(PageOwners owners, AllocationRequest request, Refusal refusal)
    {
        var allowed = PlacementSearch.Allowed(owners, request);
        var isInReach = allowed.Any(layout => PageWalk.PagesOf([layout.Range]).Any(pfn => PlacementSearch.IsInReach(pfn, layout, request)));
        if (isInReach || allowed.Length == 0)
        {
            Assert.Equal((Errno.ENOMEM, null), (refusal.Errno, refusal.Importer));
            Assert.False(isInReach && PlacementSearch.Fits(owners, request));
            return;
        }

        var lowest = allowed.MinBy(layout => layout.Range.FirstPfn)!;
        Assert.Equal(Errno.EIO, refusal.Errno);
        Assert.True(refusal.Field == "DmaMask" ? refusal.Importer == PlacementSearch.ReachIn(lowest, request).Importer : !request.Windowed.IsEmpty);
        Assert.Contains(refusal.Importer, request.Windowed.All.Select(windowed => windowed.Importer).Append(PlacementSearch.ReachIn(lowest, request).Importer));
    }

    private static void AssertChosenRightly(PageOwners owners, AllocationRequest request, BackingStorage storage)
    {
        var allowed = PlacementSearch.Allowed(owners, request);
        foreach (var pfn in PageWalk.PagesOf(storage.Extents))
        {
            Assert.True(PlacementSearch.IsInReach(pfn, allowed.Single(layout => RangeHolds(layout, pfn)), request));
        }

        if (PlacementSearch.FirstNamedThatFits(owners, request) is { } first)
        {
            Assert.Equal([first.Name], storage.Regions);
        }
    }

    private static bool RangeHolds(MemoryRegionLayout layout, ulong pfn) =>
        pfn >= layout.Range.FirstPfn && pfn < layout.Range.EndPfn;

    private static void AssertSatisfies(BackingStorage storage, AllocationRequest request)
    {
        var limits = request.Constraints;
        var table = Scatterlist.Build(
            storage.Extents.AsSpan(), 0, request.SizeBytes, limits.MaxSegmentSize, limits.SegmentBoundaryMask).Value;

        Assert.Equal(request.SizeBytes, table.LengthBytes);
        Assert.Equal(request.PageCount, storage.PageCount);
        Assert.Null(SegmentCheck.FirstViolation(table.Entries, limits, "gpu"));
        Assert.Equal((request.Token, limits), (storage.Token, storage.AllocatedUnder));
    }

    private static void AssertSame(PhysicalMemory memory, PageOwners owners)
    {
        memory.AssertInvariants();
        foreach (var (layout, use) in owners.Layouts.Zip(memory.Describe()))
        {
            Assert.Equal(owners.FreeIn(layout.Range) * 4096, use.FreeBytes);
            Assert.Equal(HeldIn(memory, layout.Range) * 4096, use.HeldBytes);
            Assert.Equal(layout.Range.SizeBytes, use.ReservedBytes + use.HeldBytes + use.FreeBytes);
            Assert.Equal(LongestFreeRun(owners, layout.Range) * 4096, use.LargestFreeBytes);
        }
    }

    private static ulong HeldIn(PhysicalMemory memory, PageExtent range) => memory.Allocations
        .SelectMany(allocation => PageWalk.PagesOf(allocation.Storage.Extents))
        .Aggregate(0UL, (sum, pfn) => pfn >= range.FirstPfn && pfn < range.EndPfn ? sum + 1 : sum);

    private static ulong LongestFreeRun(PageOwners owners, PageExtent range)
    {
        ulong longest = 0;
        ulong current = 0;
        foreach (var pfn in PageWalk.PagesOf([range]))
        {
            current = owners.IsFree(pfn) ? current + 1 : 0;
            longest = Math.Max(longest, current);
        }

        return longest;
    }
}
