namespace DmaGrains.Kernel.DeviceTrees;

/// <summary>The kernel's walks up the DMA parents of a device: windows, coherency, and how far every bus reaches.</summary>
/// <param name="tree">The tree.</param>
/// <remarks>Source: drivers/of/address.c; 6.1 and 6.12 do the same where nothing else is said.</remarks>
internal sealed class DmaWalk(DeviceTree tree)
{
    private const string MemoryPath = "dma-mem";

    /// <summary>More steps than any sound tree has: DMA parents go round in a circle.</summary>
    private const int StepsMax = 1024;

    /// <summary>The most windows of a bus that are read.</summary>
    private const int WindowsMax = 256;

    private readonly Dictionary<TreeNode, TreeNode?> _parents = [];
    private readonly Dictionary<TreeNode, TreeWindows> _windows = [];
    private readonly Dictionary<TreeNode, BusWindows> _read = [];
    private readonly Dictionary<EntryShape, uint[][]> _entries = [];

    /// <summary>What a device's accesses pass next: the end of its path called dma-mem, else its tree parent.</summary>
    public TreeNode? ParentOf(TreeNode node)
    {
        if (!_parents.TryGetValue(node, out var parent))
        {
            parent = (node.Has(TreeProperty.InterconnectNames) ? InterconnectOf(node) : null) ?? node.Parent;
            _parents.Add(node, parent);
        }

        return parent;
    }

    /// <summary>The DMA parents of a node, nearest first.</summary>
    /// <exception cref="DeviceTreeException">They go round in a circle.</exception>
    public IEnumerable<TreeNode> Above(TreeNode node)
    {
        var steps = 0;
        for (var above = ParentOf(node); above is not null; above = ParentOf(above))
        {
            yield return above;
            if (++steps == StepsMax)
            {
                throw new DeviceTreeException(node.Offset, $"the DMA parents of {node} go round in a circle; expected an end within {StepsMax} steps");
            }
        }
    }

    /// <summary>The windows of a device: those of the nearest of its DMA parents that states some.</summary>
    /// <param name="device">The device.</param>
    /// <param name="lostAt">The bus at which the walk gave up though windows are further up; null when it did not.</param>
    public TreeWindows WindowsOf(TreeNode device, out TreeNode? lostAt) => WindowsFrom(Above(device), out lostAt);

    /// <summary>The windows of a device whose DMA is configured by a node that is not its own, such as those below a PCI host.</summary>
    public TreeWindows WindowsBelow(TreeNode host) => WindowsFrom(Above(host).Prepend(host), out _);

    /// <summary>Whether a device snoops the caches of the CPU: what the nearest node that says so says.</summary>
    /// <remarks>Source: of_dma_is_coherent, where nothing means no.</remarks>
    public bool IsCoherent(TreeNode device) =>
        Above(device).Prepend(device).FirstOrDefault(node => node.Has(TreeProperty.DmaCoherent) || node.Has(TreeProperty.DmaNoncoherent))
            ?.Has(TreeProperty.DmaCoherent) ?? false;

    /// <summary>The highest CPU address that every window reaches; null when there is none.</summary>
    /// <remarks>Source: of_dma_get_max_cpu_address. What leads nowhere counts with address 2^64-1, and sums wrap.</remarks>
    public ulong? HighestCpuAddress()
    {
        ulong? lowest = null;
        var open = new Stack<TreeNode>([tree.Root]);
        while (open.TryPop(out var node))
        {
            if (StatesWindows(node))
            {
                var end = 0UL;
                foreach (var window in Read(node).Joined)
                {
                    var after = unchecked((window.Cpu ?? ulong.MaxValue) + window.SizeBytes);
                    end = after > end ? unchecked(after - 1) : end;
                }

                lowest = Math.Min(lowest ?? ulong.MaxValue, end);
            }

            foreach (var child in node.Children.Where(child => child.IsEnabled))
            {
                open.Push(child);
            }
        }

        return lowest;
    }

    private static bool StatesWindows(TreeNode node) => node.Value(TreeProperty.DmaRanges) is { Length: > 0 };

    private TreeWindows WindowsFrom(IEnumerable<TreeNode> buses, out TreeNode? lostAt)
    {
        lostAt = null;
        var isFirst = true;
        foreach (var bus in buses)
        {
            if (StatesWindows(bus))
            {
                return lostAt is null ? WindowsOfBus(bus) : TreeWindows.None;
            }

            // An empty property is looked through, a missing one only at the first bus.
            if (!isFirst && lostAt is null && !bus.Has(TreeProperty.DmaRanges))
            {
                lostAt = bus;
            }

            isFirst = false;
        }

        lostAt = null;
        return TreeWindows.None;
    }

    private TreeWindows WindowsOfBus(TreeNode bus)
    {
        if (!_windows.TryGetValue(bus, out var windows))
        {
            var (entries, joined) = Read(bus);
            _windows.Add(bus, windows = TreeWindows.Of(bus, entries, joined));
        }

        return windows;
    }

    /// <summary>The windows of a bus: entries that follow each other in both spaces, with equal flags, are one.</summary>
    private BusWindows Read(TreeNode bus)
    {
        if (_read.TryGetValue(bus, out var known))
        {
            return known;
        }

        var cells = bus.Cells(TreeProperty.DmaRanges);
        var kind = TreeBuses.Of(bus);
        ulong own = bus.AddressCellsBelow;
        ulong above = (bus.Parent ?? bus).AddressCellsBelow;
        ulong size = bus.SizeCellsBelow;
        var each = own + above + size;
        if (each == 0)
        {
            throw new DeviceTreeException(bus.Offset, $"dma-ranges of {bus} has entries of no cells; expected address and size cells");
        }

        var count = (ulong)cells.Count / each;
        if (count > WindowsMax)
        {
            throw new DeviceTreeException(bus.Offset, $"dma-ranges of {bus} has {count} entries; expected at most {WindowsMax}");
        }

        var joined = new List<TreeWindow>();
        var flags = 0U;
        for (var index = 0; index < (int)count; index++)
        {
            var entry = cells.Slice(index * (int)each, (int)each);
            var busAddress = entry.AsSpan(0, (int)own);
            var window = new TreeWindow(
                Translate(bus, entry.AsSpan((int)own, (int)above)),
                TreeBuses.Number(busAddress[Math.Min(busAddress.Length, kind.FlagCells())..]),
                TreeBuses.Number(entry.AsSpan((int)(own + above))));
            var flagsHere = kind.Flags(busAddress);
            if (joined.Count > 0 && flagsHere == flags && Follows(joined[^1], window))
            {
                joined[^1] = joined[^1] with { SizeBytes = unchecked(joined[^1].SizeBytes + window.SizeBytes) };
            }
            else
            {
                joined.Add(window);
            }

            flags = flagsHere;
        }

        _read.Add(bus, new((int)count, joined));
        return _read[bus];
    }

    private static bool Follows(TreeWindow before, TreeWindow window) =>
        window.Bus == unchecked(before.Bus + before.SizeBytes)
        && (window.Cpu ?? ulong.MaxValue) == unchecked((before.Cpu ?? ulong.MaxValue) + before.SizeBytes);

    /// <summary>The CPU address of an address on the bus above a node; null when a bus on the way does not hold it.</summary>
    /// <remarks>Source: __of_translate_address. Sizes are neither checked nor cut: only the start of a window is translated.</remarks>
    private ulong? Translate(TreeNode node, ReadOnlySpan<uint> address)
    {
        if (ParentOf(node) is not { } first)
        {
            return null;
        }

        var bus = TreeBuses.Of(first);
        var cells = bus.CellsOf(node);
        if (!TreeBuses.IsTranslatable(cells) || cells.Address > address.Length)
        {
            return null;
        }

        var now = address[..(int)cells.Address].ToArray();
        var at = first;
        foreach (var parent in Above(first))
        {
            var above = TreeBuses.Of(parent);
            var cellsAbove = above.CellsOf(at);
            if (!TreeBuses.IsTranslatable(cellsAbove) || Through(at, bus, now, cells.Size, above, (int)cellsAbove.Address) is not { } next)
            {
                return null;
            }

            (at, bus, now, cells) = (parent, above, next, cellsAbove);
        }

        return TreeBuses.Number(now);
    }

    /// <summary>An address on one bus as one on the bus above it, through the windows between them; null when none holds it.</summary>
    private uint[]? Through(TreeNode node, TreeBus bus, uint[] address, uint size, TreeBus above, int cellsAbove)
    {
        if (!StatesWindows(node))
        {
            var same = new uint[cellsAbove];
            above.Advance(same, TreeBuses.Number(address));
            return same;
        }

        var own = address.Length;
        foreach (var window in EntriesOf(node, own, cellsAbove, size))
        {
            if (bus.OffsetIn(address, window.AsSpan(0, own), TreeBuses.Number(window.AsSpan(own + cellsAbove))) is { } offset)
            {
                var start = window.AsSpan(own, cellsAbove).ToArray();
                above.Advance(start, offset);
                return start;
            }
        }

        return null;
    }

    /// <summary>The windows of a node as cells, as many as are read.</summary>
    private uint[][] EntriesOf(TreeNode node, int own, int above, uint size)
    {
        var key = new EntryShape(node, own, above, (int)size);
        if (!_entries.TryGetValue(key, out var entries))
        {
            var cells = node.Cells(TreeProperty.DmaRanges);
            var each = (long)own + above + size;
            entries = new uint[Math.Min(WindowsMax, cells.Count / each)][];
            for (var index = 0; index < entries.Length; index++)
            {
                entries[index] = cells.Slice((int)(index * each), (int)each);
            }

            _entries.Add(key, entries);
        }

        return entries;
    }

    private sealed record BusWindows(int Entries, List<TreeWindow> Joined);

    /// <summary>A node with windows, and how many cells it and what is above it have in each.</summary>
    private sealed record EntryShape(TreeNode Node, int Own, int Above, int Size);

    /// <summary>The target of the path called dma-mem; null when there is none, or the list cannot be read up to it.</summary>
    private TreeNode? InterconnectOf(TreeNode node)
    {
        var wanted = node.Texts(TreeProperty.InterconnectNames).ToList().IndexOf(MemoryPath);
        if (wanted < 0)
        {
            return null;
        }

        var list = new PhandleList(tree, node.Cells(TreeProperty.Interconnects), TreeProperty.InterconnectCells);
        return list.Entries.Take(wanted + 1).Count() > wanted ? list.Entries.ElementAt(wanted).Target : null;
    }
}
