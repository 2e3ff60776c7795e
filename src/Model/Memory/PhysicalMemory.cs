using System.Collections.Immutable;
using System.Runtime.InteropServices;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Model.Memory;

/// <summary>A board's memory: regions of page frames, and who holds which. Immutable: every change gives a new value.</summary>
/// <remarks>Invariant: no page has two owners, and pages reserved + held + free = pages.</remarks>
public sealed class PhysicalMemory
{
    /// <summary>Most regions of a board.</summary>
    public const int RegionsMax = 64;

    // Retries of one late request use few generations.
    private const uint EarlierMax = 16;

    private readonly ImmutableArray<MemoryRegion> _regions;
    private readonly ImmutableSortedDictionary<AllocationToken, Allocation> _allocations;

    /// <summary>The memory is immutable, so checking it once is enough.</summary>
    private bool _isChecked;

    private PhysicalMemory(
        ImmutableArray<MemoryRegion> regions, ImmutableSortedDictionary<AllocationToken, Allocation> allocations)
    {
        _regions = regions;
        _allocations = allocations;
    }

    /// <summary>The regions as they are before any allocation.</summary>
    public IEnumerable<MemoryRegionLayout> Layouts => _regions.Select(region => region.Layout);

    /// <summary>The allocations held, in token order.</summary>
    public IEnumerable<Allocation> Allocations => _allocations.Values;

    /// <summary>The allocation of a token, or null.</summary>
    public Allocation? Held(AllocationToken token) => _allocations.GetValueOrDefault(token);

    /// <summary>Creates memory in which nothing is allocated.</summary>
    /// <param name="layouts">At least one region, with unique names and disjoint ranges.</param>
    /// <returns>What <see cref="Check"/> answers.</returns>
    public static DmaResult<PhysicalMemory> Create(IReadOnlyCollection<MemoryRegionLayout> layouts) =>
        Check(layouts) is { } refusal
            ? DmaResult.Refuse<PhysicalMemory>(refusal)
            : DmaResult.Grant(new PhysicalMemory(
                RegionsOf(layouts),
                ImmutableSortedDictionary.Create<AllocationToken, Allocation>(AllocationToken.Order)));

    /// <summary>Restores stored memory: the free runs follow from the layouts and the allocations.</summary>
    public static PhysicalMemory Restore(
        IReadOnlyCollection<MemoryRegionLayout> layouts, IEnumerable<Allocation> allocations)
    {
        var memory = Create(layouts).Value;
        foreach (var allocation in allocations)
        {
            memory = memory.Hold(allocation);
        }

        memory.AssertInvariants();
        return memory;
    }

    /// <summary>Allocates pages for a buffer. The same request under the same token gets the same pages.</summary>
    /// <remarks>
    /// When a token comes again with another request, its earlier pages are given back first: the earlier request was never acknowledged,
    /// and the importers have changed since. The only place for pages; a late request for a token that was given back is refused before,
    /// on grains (<c>TokenTombstones</c>).
    /// </remarks>
    /// <returns>
    /// EINVAL when no segment can end on a page boundary, EIO when no memory is within reach of all importers, ENOMEM when none fits or
    /// none may be used. On a refusal the memory is unchanged.
    /// </returns>
    public (PhysicalMemory Next, DmaResult<BackingStorage> Reply) Allocate(AllocationRequest request)
    {
        if (_allocations.TryGetValue(request.Token, out var held) && held.Request == request)
        {
            return (this, DmaResult.Grant(held.Storage));
        }

        var before = held is null ? this : Free(request.Token);
        var chosen = Placement.Choose(before._regions, request);
        if (!chosen.TryGetValue(out var extents))
        {
            return (before, DmaResult.Refuse<BackingStorage>(chosen.Refusal!));
        }

        var regions = RegionsOf(extents);
        var pageCount = PageCountOf(request);
        var storage = new BackingStorage(
            request.Token,
            [.. regions.Select(region => region.Name)],
            extents,
            request.Constraints,
            regions.TrueForAll(region => region.Kind == MemoryKind.System) ? pageCount : SystemPagesOf(regions, extents),
            before.RunBitsOf(request),
            _regions[0].Layout.PageOrder);
        Invariant.Holds(storage.PageCount == pageCount);
        return (before.Hold(new(request, storage)), DmaResult.Grant(storage));
    }

    /// <summary>The pages of 4 KiB that a request gets: the size rounded up to kernel pages.</summary>
    private ulong PageCountOf(AllocationRequest request) => Page.RoundUp(request.PageCount, _regions[0].Layout.PageOrder);

    /// <summary>
    /// The tokens that end with a token: itself, and those of earlier generations that hold pages. Only a request that came too late takes
    /// pages under an earlier token, and nothing else would ever give them back.
    /// </summary>
    /// <remarks>The only place that decides this.</remarks>
    public IEnumerable<AllocationToken> EndingWith(AllocationToken token)
    {
        yield return token;
        for (var back = 1u; back <= Math.Min(token.Generation, EarlierMax); back++)
        {
            var earlier = token with { Generation = token.Generation - back };
            if (_allocations.ContainsKey(earlier))
            {
                yield return earlier;
            }
        }
    }

    /// <summary>Gives back the pages of a token; a token without pages changes nothing.</summary>
    public PhysicalMemory Free(AllocationToken token)
    {
        if (!_allocations.TryGetValue(token, out var held))
        {
            return this;
        }

        var next = new PhysicalMemory(
            WithFree(held.Storage.Extents, static (free, extents, region) => free.Give(extents, region)), _allocations.Remove(token));
        Invariant.Holds(next.FreePageCount == FreePageCount + held.Storage.PageCount);
        return next;
    }

    /// <summary>EBUSY naming Memory while pages are held, because another layout would lose them; else null.</summary>
    /// <remarks>
    /// The only place for memory itself. A board refuses before (<see cref="Boards.BoardSetUp.Replace"/>), unless a command comes in between.
    /// </remarks>
    public Refusal? CheckReplaceable() => _allocations.IsEmpty
        ? null
        : Refusal.Of(Errno.EBUSY, "Memory", "Buffers hold pages of this memory; it cannot be replaced.");

    /// <summary>How full each region is.</summary>
    public ImmutableArray<RegionUse> Describe() => [.. _regions.Select(region =>
    {
        var (reserved, free) = (region.Layout.ReservedPageCount, region.Free.PageCount);
        return new RegionUse(
            region.Layout.Name,
            region.Layout.Kind,
            region.Layout.Range.Address.Value,
            region.Layout.Range.SizeBytes,
            reserved << Page.Shift,
            (region.Layout.Range.PageCount - reserved - free) << Page.Shift,
            free << Page.Shift,
            region.Free.LargestRunPages << Page.Shift,
            region.Free.RunCount);
    })];

    /// <summary>Whether it is another state of the same regions: not laid out anew since.</summary>
    public bool HasRegionsOf(PhysicalMemory other) =>
        _regions.Length == other._regions.Length
        && _regions.Zip(other._regions).All(pair => ReferenceEquals(pair.First.Layout, pair.Second.Layout));

    /// <summary>The free pages of a region.</summary>
    /// <param name="index">Its index in <see cref="Layouts"/>.</param>
    public RegionFree FreeOf(int index)
    {
        var free = _regions[index].Free;
        return new(free.PageCount, free.LargestRunPages, free.RunCount);
    }

    /// <summary>The free pages of all regions together.</summary>
    public ulong FreePageCount => _regions.Aggregate(0UL, (sum, region) => sum + region.Free.PageCount);

    /// <summary>Checks that the free pages are exactly those of the layouts that are not held.</summary>
    /// <param name="checkedBefore">
    /// Checked memory of the same layouts: regions whose free and held pages have not changed since are not checked again. Null to check
    /// everything.
    /// </param>
    /// <remarks>The only place for a board's memory.</remarks>
    public void AssertInvariants(PhysicalMemory? checkedBefore = null)
    {
        if (_isChecked)
        {
            return;
        }

        var changed = ChangedSince(checkedBefore).ToList();
        for (var index = 0; index < _regions.Length; index++)
        {
            var region = _regions[index];
            if (!ReferenceEquals(region.Free, checkedBefore?._regions[index].Free)
                || changed.Any(change => change.Storage.Extents.Any(region.Contains)))
            {
                AssertWhole(region);
            }
        }

        foreach (var allocation in changed.Where(allocation => ReferenceEquals(Held(allocation.Request.Token), allocation)))
        {
            Invariant.Holds(allocation.Storage.PageCount == PageCountOf(allocation.Request));
            Invariant.Holds(allocation.Storage.Extents.All(extent =>
                _regions.Any(region => region.Contains(extent) && NamedRegions.MayGive(allocation.Request.Regions, region.Layout))));
        }

        _isChecked = true;
    }

    /// <summary>Allocations held in one of the two but not in the other.</summary>
    private IEnumerable<Allocation> ChangedSince(PhysicalMemory? before)
    {
        if (before is null)
        {
            return _allocations.Values;
        }

        return ReferenceEquals(_allocations, before._allocations) ? [] : NotIn(before).Concat(before.NotIn(this));
    }

    private IEnumerable<Allocation> NotIn(PhysicalMemory other) => _allocations
        .Where(held => !ReferenceEquals(other.Held(held.Key), held.Value))
        .Select(held => held.Value);

    private void AssertWhole(MemoryRegion region)
    {
        var free = region.Free.AssertInvariants(region.Layout.Range);
        var held = new List<PageExtent>();
        foreach (var allocation in _allocations)
        {
            foreach (var extent in allocation.Value.Storage.Extents)
            {
                if (region.Contains(extent))
                {
                    held.Add(extent);
                }
            }
        }

        held.Sort(static (one, other) => one.FirstPfn.CompareTo(other.FirstPfn));
        Invariant.Holds(CollectionsMarshal.AsSpan(region.Whole).SequenceEqual(CollectionsMarshal.AsSpan(Joined(Merged(free, held)))));
    }

    private static ImmutableArray<MemoryRegion> RegionsOf(IReadOnlyCollection<MemoryRegionLayout> layouts)
    {
        var around = Joined(layouts.Select(layout => layout.Range).OrderBy(range => range.FirstPfn));
        return
        [
            .. layouts.Select(layout => new MemoryRegion(
                layout,
                FreePages.Of(layout.FreeRuns()),
                Joined(layout.FreeRuns()),
                around.Find(run => run.FirstPfn <= layout.Range.FirstPfn && run.EndPfn >= layout.Range.EndPfn))),
        ];
    }

    /// <summary>Computes <see cref="BackingStorage.RunBits"/>.</summary>
    private ulong RunBitsOf(AllocationRequest request)
    {
        ulong bits = 0;
        foreach (var region in _regions)
        {
            if (NamedRegions.MayGive(request.Regions, region.Layout) && request.ReachIn(region.Layout).HighestAddress is var highest
                && region.Around.Address.Value is var first && first <= highest)
            {
                bits |= first ^ Math.Min((region.Around.EndPfn << Page.Shift) - 1, highest);
            }
        }

        return bits;
    }

    /// <summary>Merges two lists of runs into one in address order.</summary>
    private static PageExtent[] Merged(PageExtent[] runs, List<PageExtent> others)
    {
        var merged = new PageExtent[runs.Length + others.Count];
        var (run, other) = (0, 0);
        for (var index = 0; index < merged.Length; index++)
        {
            merged[index] = other == others.Count || (run < runs.Length && runs[run].FirstPfn < others[other].FirstPfn)
                ? runs[run++]
                : others[other++];
        }

        return merged;
    }

    /// <summary>Merges adjacent runs, which must be in address order and disjoint.</summary>
    private static List<PageExtent> Joined(IEnumerable<PageExtent> runs)
    {
        var joined = new List<PageExtent>();
        var last = default(PageExtent);
        foreach (var run in runs)
        {
            if (joined.Count != 0 && run.FirstPfn == last.EndPfn)
            {
                joined[^1] = last = last with { PageCount = last.PageCount + run.PageCount };
                continue;
            }

            Invariant.Holds(run.FirstPfn >= last.EndPfn);
            joined.Add(last = run);
        }

        return joined;
    }

    private PhysicalMemory Hold(Allocation allocation)
    {
        // Take asserts that the pages are free, so no page gets two owners.
        var next = new PhysicalMemory(
            WithFree(allocation.Storage.Extents, static (free, extents, region) => free.Take(extents, region)),
            _allocations.Add(allocation.Request.Token, allocation));
        Invariant.Holds(next.FreePageCount + allocation.Storage.PageCount == FreePageCount);
        return next;
    }

    private ImmutableArray<MemoryRegion> WithFree(
        ImmutableArray<PageExtent> extents, Func<FreePages, ImmutableArray<PageExtent>, MemoryRegionLayout, FreePages> change)
    {
        var regions = _regions.ToBuilder();
        for (var index = 0; index < regions.Count; index++)
        {
            var region = regions[index];
            var free = change(region.Free, extents, region.Layout);
            if (!ReferenceEquals(free, region.Free))
            {
                regions[index] = region with { Free = free };
            }
        }

        return regions.MoveToImmutable();
    }

    private List<MemoryRegionLayout> RegionsOf(ImmutableArray<PageExtent> extents)
    {
        var regions = new List<MemoryRegionLayout>();
        foreach (var region in _regions)
        {
            if (region.ContainsAny(extents))
            {
                regions.Add(region.Layout);
            }
        }

        return regions;
    }

    private static ulong SystemPagesOf(List<MemoryRegionLayout> regions, ImmutableArray<PageExtent> extents)
    {
        ulong pages = 0;
        foreach (var region in regions.Where(region => region.Kind == MemoryKind.System))
        {
            foreach (var extent in extents)
            {
                pages += region.Contains(extent) ? extent.PageCount : 0;
            }
        }

        return pages;
    }

    /// <summary>Null when the layouts are valid.</summary>
    /// <returns>
    /// EINVAL for no region, a malformed one, different page sizes or too many free runs; ENOSPC for too many regions; EEXIST when two
    /// share a name or a page.
    /// </returns>
    public static Refusal? Check(IReadOnlyCollection<MemoryRegionLayout> layouts)
    {
        if (layouts.Contains(null))
        {
            return Refusal.Null("Memory");
        }

        if (layouts.Count == 0)
        {
            return Refusal.Of(Errno.EINVAL, "Memory", "A board has at least one memory region.");
        }

        if (layouts.Count > RegionsMax)
        {
            return new(
                Errno.ENOSPC, null, "Memory", (ulong)layouts.Count, RegionsMax,
                $"{layouts.Count} memory regions: expected at most {RegionsMax}.");
        }

        if (layouts.First() is var one && layouts.FirstOrDefault(layout => layout.PageOrder != one.PageOrder) is { } other)
        {
            return Refusal.Of(
                Errno.EINVAL, "PageSize",
                $"Regions {one.Name} and {other.Name} have pages of {Page.SizeOf(one.PageOrder)} and {Page.SizeOf(other.PageOrder)} bytes: expected one page size on a board.");
        }

        ulong freeRuns = 0;
        foreach (var layout in layouts)
        {
            if (layout.Check() is { } refusal)
            {
                return refusal;
            }

            freeRuns += layout.FreeRunCount;
        }

        if (freeRuns > MemoryRegionLayout.FreeRunsMax)
        {
            return new(
                Errno.EINVAL, null, "Reserved", freeRuns, MemoryRegionLayout.FreeRunsMax,
                $"The memory would start with more than {MemoryRegionLayout.FreeRunsMax} free runs: expected longer reserved periods.");
        }

        // Not by a query, whose sorting is compiled at each start, in 3 ms.
        var byAddress = layouts.ToList();
        byAddress.Sort(static (left, right) => left.Range.FirstPfn.CompareTo(right.Range.FirstPfn));
        for (var index = 1; index < byAddress.Count; index++)
        {
            var (low, high) = (byAddress[index - 1], byAddress[index]);
            if (low.Range.EndPfn > high.Range.FirstPfn)
            {
                return Refusal.Of(Errno.EEXIST, "Range", $"Regions {low.Name} and {high.Name} share pages.");
            }
        }

        var twice = layouts.GroupBy(layout => layout.Name).FirstOrDefault(group => group.Count() > 1);
        return twice is null
            ? null
            : Refusal.Of(Errno.EEXIST, "Name", $"Two regions are named {twice.Key}.");
    }
}
