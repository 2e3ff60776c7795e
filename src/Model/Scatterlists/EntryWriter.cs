using System.Numerics;

namespace DmaGrains.Model.Scatterlists;

/// <summary>Cuts runs of pages into entries, merging runs that touch. Counts pages, not bytes, as the kernel does.</summary>
internal ref struct EntryWriter(uint offsetBytes, ulong sizeBytes, uint segmentPages, ulong windowPages)
{
    private SgEntry[] _entries = [];
    private int _count;
    private uint _offset = offsetBytes;
    private ulong _remaining = sizeBytes;

    /// <summary>Walks the runs; a run that starts where the one before ended belongs to it.</summary>
    public void AddRuns(ReadOnlySpan<PageExtent> extents)
    {
        // Not cleared: only what was written is ever read.
        _entries = GC.AllocateUninitializedArray<SgEntry>(extents.Length);
        if (_offset >= Page.SizeBytes || !TryAddWholeRuns(extents, _entries))
        {
            AddCutRuns(extents);
        }
    }

    /// <summary>The table: <paramref name="before"/>, then what was written.</summary>
    public readonly SgTable ToTable(ReadOnlySpan<SgEntry> before)
    {
        if (before.IsEmpty)
        {
            return new SgTable(_entries, _count);
        }

        var all = new SgEntry[before.Length + _count];
        before.CopyTo(all);
        _entries.AsSpan(0, _count).CopyTo(all.AsSpan(before.Length));
        return new SgTable(all, all.Length);
    }

    /// <summary>
    /// The common list, in which no run is cut: a loop without calls over locals in registers, twice as fast as the general one on
    /// single pages.
    /// </summary>
    /// <returns>False at a run that must be cut, or that no memory could hold; nothing has been added then.</returns>
    private bool TryAddWholeRuns(ReadOnlySpan<PageExtent> extents, Span<SgEntry> entries)
    {
        var (offset, remaining) = (_offset, _remaining);
        var (longest, window) = ((ulong)segmentPages, windowPages);
        var count = 0;
        unchecked
        {
            for (var index = 0; index < extents.Length;)
            {
                var (first, pages) = (extents[index].FirstPfn, extents[index].PageCount);
                for (index++; index < extents.Length && extents[index].FirstPfn == first + pages; index++)
                {
                    // With what follows, keeps every sum here far below 2^64.
                    pages += Math.Min(extents[index].PageCount, longest + 1);
                }

                if (pages - 1 >= longest || first > long.MaxValue || count >= entries.Length
                    || Scatterlist.WindowEnd(first, first + pages, window) != first + pages)
                {
                    return false;
                }

                var span = (pages << Page.Shift) - offset;
                entries[count++] = new SgEntry(first, offset, (uint)Math.Min(remaining, span));

                // The kernel subtracts the whole span from an unsigned long, wrap included.
                remaining -= span;
                offset = 0;
            }
        }

        _count = count;
        return true;
    }

    private void AddCutRuns(ReadOnlySpan<PageExtent> extents)
    {
        _entries = GC.AllocateUninitializedArray<SgEntry>(Capacity(extents));
        ulong first = 0;
        ulong end = 0;
        foreach (ref readonly var extent in extents)
        {
            if (extent.FirstPfn == end && end != first)
            {
                end += extent.PageCount;
                continue;
            }

            AddRun(first, end);
            first = extent.FirstPfn;
            end = first + extent.PageCount;
        }

        AddRun(first, end);
    }

    private void AddRun(ulong first, ulong end)
    {
        while (first < end)
        {
            var limit = Scatterlist.WindowEnd(first, end, windowPages);
            var pages = Math.Min(limit - first, segmentPages);
            AddEntry(first, pages);
            first += pages;
        }
    }

    private void AddEntry(ulong first, ulong pages)
    {
        var span = (pages << Page.Shift) - _offset;
        _entries[_count++] = new SgEntry(first, _offset, (uint)Math.Min(_remaining, span));
        _remaining = unchecked(_remaining - span);
        _offset = 0;
    }

    /// <summary>An upper bound on the entries: each run is cut by size, and once more at each boundary inside it.</summary>
    private readonly int Capacity(ReadOnlySpan<PageExtent> extents)
    {
        var windowShift = BitOperations.Log2(windowPages);
        ulong capacity = 0;
        foreach (ref readonly var extent in extents)
        {
            capacity++;
            if (extent.PageCount > 1)
            {
                capacity += (extent.PageCount - 1) / segmentPages;
                capacity += ((extent.EndPfn - 1) >> windowShift) - (extent.FirstPfn >> windowShift);
            }
        }

        return checked((int)capacity);
    }
}
