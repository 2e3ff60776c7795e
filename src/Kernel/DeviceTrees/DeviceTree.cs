namespace DmaGrains.Kernel.DeviceTrees;

/// <summary>A device tree as it was read, before any rule of the kernel is applied.</summary>
internal sealed class DeviceTree
{
    private readonly Dictionary<ulong, TreeNode> _phandles = [];
    private readonly List<TreeNode> _duplicatePhandles = [];

    /// <summary>A tree whose nodes are complete.</summary>
    /// <param name="root">Its root.</param>
    public DeviceTree(TreeNode root)
    {
        Root = root;
        Nodes = [.. Below(root)];
        foreach (var node in Nodes)
        {
            var phandle = node.Cell(TreeProperty.Phandle) ?? node.Cell(TreeProperty.LinuxPhandle);
            if (phandle is { } number and not (0 or uint.MaxValue) && !_phandles.TryAdd(number, node))
            {
                _duplicatePhandles.Add(node);
            }
        }
    }

    /// <summary>The root node.</summary>
    public TreeNode Root { get; }

    /// <summary>All nodes, the root first, each before those below it.</summary>
    public IReadOnlyList<TreeNode> Nodes { get; }

    /// <summary>Nodes whose phandle an earlier node has; the earlier one counts.</summary>
    public IReadOnlyList<TreeNode> DuplicatePhandles => _duplicatePhandles;

    /// <summary>Bytes of the flattened tree as its header says; null for a copied folder.</summary>
    public int? SizeBytes { get; init; }

    /// <summary>The version of the format; null for a copied folder.</summary>
    public uint? Version { get; init; }

    /// <summary>The header's reservation block: start and bytes of each entry.</summary>
    public IReadOnlyList<TreeRange> Reserved { get; init; } = [];

    /// <summary>The node of a phandle; null when none has it.</summary>
    public TreeNode? Find(uint phandle) => _phandles.TryGetValue(phandle, out var node) ? node : null;

    /// <summary>Nodes in the order of the tree, without recursion.</summary>
    public static IEnumerable<TreeNode> Below(TreeNode root)
    {
        var open = new Stack<TreeNode>([root]);
        while (open.TryPop(out var node))
        {
            yield return node;
            for (var index = node.Children.Count - 1; index >= 0; index--)
            {
                open.Push(node.Children[index]);
            }
        }
    }
}
