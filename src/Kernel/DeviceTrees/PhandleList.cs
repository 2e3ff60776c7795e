namespace DmaGrains.Kernel.DeviceTrees;

/// <summary>A reference to a node, with the cells that the node asks for.</summary>
/// <param name="Target">The node; null for the empty phandle 0.</param>
/// <param name="Cells">The cells after the phandle.</param>
internal sealed record PhandleEntry(TreeNode? Target, uint[] Cells);

/// <summary>A property that lists nodes, each with as many cells as the node says. It is read up to the first entry that cannot be.</summary>
/// <remarks>Source: of_phandle_iterator_next (drivers/of/base.c).</remarks>
internal sealed class PhandleList
{
    private readonly List<PhandleEntry> _entries = [];

    /// <summary>Reads a list.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="list">The property.</param>
    /// <param name="cellCount">The property in which the target says how many cells follow; null when none do.</param>
    public PhandleList(DeviceTree tree, TreeCells list, TreeProperty? cellCount)
    {
        for (var at = 0; at < list.Count;)
        {
            var phandle = list[at++];
            if (phandle == 0)
            {
                _entries.Add(new(null, []));
                continue;
            }

            if (tree.Find(phandle) is not { } target)
            {
                Problem = $"phandle 0x{phandle:x} names no node";
                return;
            }

            if (cellCount is { } property && target.Cell(property) is null)
            {
                Problem = $"{target} has no {property.Name()}";
                return;
            }

            var count = cellCount is { } stated ? target.Cell(stated).GetValueOrDefault() : 0;
            if (count > list.Count - at)
            {
                Problem = $"{count} cells needed, {list.Count - at} left";
                return;
            }

            _entries.Add(new(target, list.Slice(at, (int)count)));
            at += (int)count;
        }
    }

    /// <summary>The entries before the first that cannot be read.</summary>
    public IReadOnlyList<PhandleEntry> Entries => _entries;

    /// <summary>Why it was not read to its end; null when it was.</summary>
    public string? Problem { get; }
}
