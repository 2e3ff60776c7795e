namespace DmaGrains.Model.Scatterlists;

/// <summary>Cuts runs of pages into entries, merging runs that touch. Counts pages, not bytes, as the kernel does.</summary>
internal ref struct EntryWriter(
    int capacity, uint offsetBytes, ulong sizeBytes, uint segmentPages, ulong windowPages)
{
    private readonly SgEntry[] _entries = new SgEntry[capacity];
    private int _count;
    private uint _offset = offsetBytes;
    private ulong _remaining = sizeBytes;

    /// <summary>Walks the runs; a run that starts where the one before ended belongs to it.</summary>
    public void AddRuns(ReadOnlySpan<PageExtent> extents)
    {
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
        var span = pages << Page.Shift;
        var length = (uint)Math.Min(_remaining, span - _offset);
        _entries[_count++] = new SgEntry(first, _offset, length);

        // The kernel subtracts the whole span from an unsigned long, wrap included.
        _remaining = unchecked(_remaining - (span - _offset));
        _offset = 0;
    }
}
