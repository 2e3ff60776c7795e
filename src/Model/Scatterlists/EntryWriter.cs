namespace DmaGrains.Model.Scatterlists;

/// <summary>Cuts runs of pages into entries, merging adjacent runs. Counts pages, not bytes, as the kernel does.</summary>
internal ref struct EntryWriter(uint offsetBytes, ulong sizeBytes, uint segmentPages, ulong windowPages)
{
    private SgEntry[][] _links = [];
    private int _used;
    private uint _offset = offsetBytes;
    private ulong _remaining = sizeBytes;

    /// <summary>Adds runs; a run that starts where the one before ended continues it.</summary>
    /// <remarks>The only place that merges and cuts runs, except that <see cref="Scatterlist.Append"/> first lets the last segment grow.</remarks>
    public void AddRuns(ReadOnlySpan<PageExtent> extents)
    {
        if (_links.Length == 0 && _offset < Page.SizeBytes && TryAddWholeRuns(extents))
        {
            return;
        }

        AddCutRuns(extents);
    }

    /// <summary>Adds a finished entry.</summary>
    public void Add(SgEntry entry) => Next(1) = entry;

    /// <summary>The table of what was written.</summary>
    public readonly SgTable ToTable() => new(_links, _used);

    /// <summary>Adds the runs of a common list, in which no run has to be cut.</summary>
    /// <returns>False when a run must be cut or is too long for any memory; nothing is added then.</returns>
    private bool TryAddWholeRuns(ReadOnlySpan<PageExtent> extents)
    {
        var (index, offset, remaining) = (0, _offset, _remaining);
        while (index < extents.Length)
        {
            var link = SgTable.NewLink(extents.Length - index);
            _used = Fill(link, extents, ref index);
            if (_used < 0)
            {
                _links = [];
                (_used, _offset, _remaining) = (0, offset, remaining);
                return false;
            }

            _links = [.. _links, link];
        }

        return true;
    }

    /// <summary>Adds whole runs until the link is full: a loop over locals without calls, twice as fast as the general one.</summary>
    /// <returns>How many were written; -1 at a run that must be cut.</returns>
    private int Fill(Span<SgEntry> link, ReadOnlySpan<PageExtent> extents, ref int index)
    {
        var (at, offset, remaining) = (index, _offset, _remaining);
        var (longest, window) = ((ulong)segmentPages, windowPages);
        var count = 0;
        unchecked
        {
            while (at < extents.Length && count < link.Length)
            {
                var (first, pages) = (extents[at].FirstPfn, extents[at].PageCount);
                for (at++; at < extents.Length && extents[at].FirstPfn == first + pages; at++)
                {
                    // Together with the check that follows, this keeps every sum far below 2^64.
                    pages += Math.Min(extents[at].PageCount, longest + 1);
                }

                if (pages - 1 >= longest || first > long.MaxValue
                    || Scatterlist.WindowEnd(first, first + pages, window) != first + pages)
                {
                    return -1;
                }

                var span = (pages << Page.Shift) - offset;
                link[count++] = new SgEntry(first, offset, (uint)Math.Min(remaining, span));

                // The kernel subtracts the whole span from an unsigned long, wrap included.
                remaining -= span;
                offset = 0;
            }
        }

        (index, _offset, _remaining) = (at, offset, remaining);
        return count;
    }

    private void AddCutRuns(ReadOnlySpan<PageExtent> extents)
    {
        ulong first = 0;
        ulong end = 0;
        for (var index = 0; index < extents.Length; index++)
        {
            ref readonly var extent = ref extents[index];
            if (extent.FirstPfn == end && end != first)
            {
                end += extent.PageCount;
                continue;
            }

            AddRun(first, end, extents.Length - index);
            first = extent.FirstPfn;
            end = first + extent.PageCount;
        }

        AddRun(first, end, 0);
    }

    private void AddRun(ulong first, ulong end, int runsLeft)
    {
        while (first < end)
        {
            var limit = Scatterlist.WindowEnd(first, end, windowPages);
            var pages = Math.Min(limit - first, segmentPages);

            // The kernel has this in 32 bits, so an offset beyond the run wraps there.
            var span = unchecked((uint)(pages << Page.Shift) - _offset);
            var atLeast = runsLeft + (int)Math.Min((end - first) / pages, SgTable.LinkEntries);
            Next(atLeast) = new SgEntry(first, _offset, (uint)Math.Min(_remaining, span));
            _remaining = unchecked(_remaining - span);
            _offset = 0;
            first += pages;
        }
    }

    /// <summary>A place for one more entry; a new link has room for about as many as are still to come.</summary>
    private ref SgEntry Next(int toCome)
    {
        if (_links.Length == 0 || _used == _links[^1].Length)
        {
            GrowOrChain(Math.Max(toCome, 4));
        }

        return ref _links[^1][_used++];
    }

    /// <summary>Grows the last link, or chains a new one: all links but the last have full length.</summary>
    private void GrowOrChain(int toCome)
    {
        if (_links.Length == 0 || _used == SgTable.LinkEntries)
        {
            _links = [.. _links, SgTable.NewLink(toCome)];
            _used = 0;
            return;
        }

        var grown = SgTable.NewLink(Math.Max(2 * _used, _used + toCome));
        _links[^1].AsSpan(0, _used).CopyTo(grown);
        _links[^1] = grown;
    }
}
