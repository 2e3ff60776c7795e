using System.Collections.Immutable;
using DmaGrains.Model.Scatterlists;

namespace DmaGrains.Model.Memory;

/// <summary>The free runs of one region: disjoint and never adjacent. Taking pages splits runs, giving pages back merges them.</summary>
internal sealed class FreePages
{
    private readonly ImmutableSortedSet<PageExtent> _byAddress;
    private readonly ImmutableSortedSet<PageExtent> _byLength;

    private FreePages(
        ImmutableSortedSet<PageExtent> byAddress, ImmutableSortedSet<PageExtent> byLength, ulong pageCount)
    {
        _byAddress = byAddress;
        _byLength = byLength;
        PageCount = pageCount;
    }

    /// <summary>The number of free pages.</summary>
    public ulong PageCount { get; }

    /// <summary>The number of free runs.</summary>
    public int RunCount => _byAddress.Count;

    /// <summary>The longest free run, in pages; 0 when nothing is free.</summary>
    public ulong LargestRunPages => _byLength.IsEmpty ? 0 : _byLength.Max.PageCount;

    /// <summary>The runs in address order.</summary>
    public ImmutableSortedSet<PageExtent> Runs => _byAddress;

    /// <summary>Creates the set from disjoint runs; adjacent ones are merged.</summary>
    public static FreePages Of(IEnumerable<PageExtent> runs)
    {
        var merged = new List<PageExtent>();
        ulong pages = 0;
        foreach (var run in runs.OrderBy(run => run.FirstPfn))
        {
            pages += run.PageCount;
            if (merged is [.., var last] && last.EndPfn >= run.FirstPfn)
            {
                Invariant.Holds(last.EndPfn == run.FirstPfn);
                merged[^1] = last with { PageCount = last.PageCount + run.PageCount };
            }
            else
            {
                merged.Add(run);
            }
        }

        return new(
            ImmutableSortedSet.CreateRange(AddressOrder.Instance, merged), ImmutableSortedSet.CreateRange(LengthOrder.Instance, merged), pages);
    }

    /// <summary>Runs of at least that many pages, shortest first and lowest first among equals.</summary>
    public IEnumerable<PageExtent> RunsOfAtLeast(ulong pageCount)
    {
        var index = _byLength.IndexOf(new PageExtent(0, pageCount));
        for (index = index < 0 ? ~index : index; index < _byLength.Count; index++)
        {
            yield return _byLength[index];
        }
    }

    /// <summary>Takes those pages that lie in a region, which must be free; the same object when none does.</summary>
    public FreePages Take(ImmutableArray<PageExtent> extents, MemoryRegionLayout region)
    {
        Editor? editor = null;
        foreach (var extent in extents)
        {
            if (region.Contains(extent))
            {
                (editor ??= new(this)).Take(extent);
            }
        }

        return editor?.ToFreePages() ?? this;
    }

    /// <summary>Gives back those pages that lie in a region, none of which may be free; the same object when none does.</summary>
    public FreePages Give(ImmutableArray<PageExtent> extents, MemoryRegionLayout region)
    {
        Editor? editor = null;
        foreach (var extent in extents)
        {
            if (region.Contains(extent))
            {
                (editor ??= new(this)).Give(extent);
            }
        }

        return editor?.ToFreePages() ?? this;
    }

    /// <summary>Checks order, gaps and counts, and that both indexes hold the same runs.</summary>
    /// <param name="range">The region's pages.</param>
    /// <returns>The runs in address order.</returns>
    public PageExtent[] AssertInvariants(PageExtent range)
    {
        var runs = _byAddress.ToArray();
        ulong pages = 0;
        var end = range.FirstPfn;
        for (var index = 0; index < runs.Length; index++)
        {
            Invariant.Holds(runs[index].PageCount > 0 && (index == 0 ? runs[index].FirstPfn >= end : runs[index].FirstPfn > end));
            (pages, end) = (pages + runs[index].PageCount, runs[index].EndPfn);
        }

        Invariant.Holds(end <= range.EndPfn && pages == PageCount && _byLength.Count == runs.Length);
        var before = default(PageExtent);
        foreach (var run in _byLength)
        {
            Invariant.Holds(LengthOrder.Instance.Compare(before, run) < 0 && Contains(runs, run));
            before = run;
        }

        return runs;
    }

    private static bool Contains(PageExtent[] runs, PageExtent run)
    {
        var (low, high) = (0, runs.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = runs[middle].FirstPfn < run.FirstPfn ? (middle + 1, high) : (low, middle);
        }

        return low < runs.Length && runs[low] == run;
    }

    private sealed class AddressOrder : IComparer<PageExtent>
    {
        public static AddressOrder Instance { get; } = new();

        public int Compare(PageExtent x, PageExtent y) => x.FirstPfn.CompareTo(y.FirstPfn);
    }

    private sealed class LengthOrder : IComparer<PageExtent>
    {
        public static LengthOrder Instance { get; } = new();

        public int Compare(PageExtent x, PageExtent y)
        {
            var byLength = x.PageCount.CompareTo(y.PageCount);
            return byLength != 0 ? byLength : x.FirstPfn.CompareTo(y.FirstPfn);
        }
    }

    /// <summary>Makes several changes on shared builders, so that a request for many runs copies each tree path once.</summary>
    private sealed class Editor(FreePages free)
    {
        private readonly ImmutableSortedSet<PageExtent>.Builder _byAddress = free._byAddress.ToBuilder();
        private readonly ImmutableSortedSet<PageExtent>.Builder _byLength = free._byLength.ToBuilder();
        private ulong _pageCount = free.PageCount;

        public FreePages ToFreePages() => new(_byAddress.ToImmutable(), _byLength.ToImmutable(), _pageCount);

        public void Take(PageExtent extent)
        {
            var run = RunAtOrBefore(extent.FirstPfn);
            Invariant.Holds(run is { } found && extent.PageCount > 0 && extent.EndPfn <= found.EndPfn);
            var whole = run!.Value;
            Remove(whole);
            if (whole.FirstPfn < extent.FirstPfn)
            {
                Add(new(whole.FirstPfn, extent.FirstPfn - whole.FirstPfn));
            }

            if (extent.EndPfn < whole.EndPfn)
            {
                Add(new(extent.EndPfn, whole.EndPfn - extent.EndPfn));
            }

            _pageCount -= extent.PageCount;
        }

        public void Give(PageExtent extent)
        {
            var (first, end) = (extent.FirstPfn, extent.EndPfn);
            var index = IndexAtOrBefore(first);
            if (index >= 0)
            {
                var before = _byAddress[index];
                Invariant.Holds(before.EndPfn <= first);
                if (before.EndPfn == first)
                {
                    first = before.FirstPfn;
                    Remove(before);
                    index--;
                }
            }

            if (index + 1 < _byAddress.Count)
            {
                var after = _byAddress[index + 1];
                Invariant.Holds(end <= after.FirstPfn);
                if (after.FirstPfn == end)
                {
                    end = after.EndPfn;
                    Remove(after);
                }
            }

            Add(new(first, end - first));
            _pageCount += extent.PageCount;
        }

        private PageExtent? RunAtOrBefore(ulong pfn)
        {
            var index = IndexAtOrBefore(pfn);
            return index < 0 ? null : _byAddress[index];
        }

        private int IndexAtOrBefore(ulong pfn)
        {
            var index = _byAddress.IndexOf(new PageExtent(pfn, 1));
            return index >= 0 ? index : ~index - 1;
        }

        private void Add(PageExtent run)
        {
            _byAddress.Add(run);
            _byLength.Add(run);
        }

        private void Remove(PageExtent run)
        {
            _byAddress.Remove(run);
            _byLength.Remove(run);
        }
    }
}
