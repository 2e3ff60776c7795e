using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace DmaGrains.Kernel.DeviceTrees;

/// <summary>Applies overlays to a device tree.</summary>
/// <remarks>
/// Source: the Devicetree Specification of overlays as libfdt applies them (scripts/dtc/libfdt/fdt_overlay.c): phandles of the overlay move
/// behind those of the base, labels are looked up in its <c>__symbols__</c>, fragments are merged in their order. A node that has a phandle
/// keeps it. Time is that of reading: children and phandles are looked up, never searched for.
/// </remarks>
internal sealed class OverlayMerge
{
    private const string Symbols = "__symbols__";
    private const string Content = "__overlay__";

    private static readonly TreeProperty[] _phandleNames = [TreeProperty.Phandle, TreeProperty.LinuxPhandle];

    private readonly TreeNode _root;
    private readonly Dictionary<TreeNode, Dictionary<string, TreeNode>> _children = [];
    private readonly Dictionary<TreeNode, List<TreeNode>> _added = [];
    private readonly Dictionary<uint, TreeNode> _phandles = [];
    private uint _highestPhandle;

    private OverlayMerge(TreeNode root)
    {
        _root = root;
        foreach (var node in DeviceTree.Below(root))
        {
            Know(node);
        }
    }

    /// <summary>Applies overlays.</summary>
    /// <param name="root">The root of a tree of which all properties were kept.</param>
    /// <param name="overlays">The overlays, in this order.</param>
    /// <exception cref="DeviceTreeException">An overlay is not sound, or does not fit the tree; names the overlay.</exception>
    public static void Apply(TreeNode root, ReadOnlySpan<TreeOverlay> overlays)
    {
        var merge = new OverlayMerge(root);
        foreach (var overlay in overlays)
        {
            try
            {
                // References are changed where they are, in bytes of our own.
                merge.Apply(FlattenedTree.ReadRoot(overlay.Bytes.ToArray(), keepsAll: true).Root);
            }
            catch (DeviceTreeException problem)
            {
                problem.Overlay = overlay.File;
                throw;
            }
        }
    }

    private void Apply(TreeNode overlay)
    {
        var delta = _highestPhandle;
        MovePhandles(overlay, delta);
        var references = LocalReferences(overlay).ToList();
        references.ForEach(reference => Write(reference, unchecked(Read(reference) + delta)));
        FixUp(overlay);
        var targets = new Dictionary<TreeNode, TreeNode>();
        var kept = new Dictionary<uint, uint>();
        foreach (var fragment in overlay.Children)
        {
            if (ChildOf(fragment, Content) is { } content)
            {
                targets.Add(fragment, TargetOf(fragment));
                Merge(targets[fragment], content, kept);
            }
        }

        references.ForEach(reference => Write(reference, kept.GetValueOrDefault(Read(reference), Read(reference))));
        AddSymbols(overlay, targets);
        foreach (var (parent, nodes) in _added)
        {
            // New nodes come first, the last one before the others, as in libfdt and in the kernel.
            parent.AddFirst(Enumerable.Reverse(nodes));
        }

        _added.Clear();
    }

    private static void MovePhandles(TreeNode overlay, uint delta)
    {
        foreach (var node in DeviceTree.Below(overlay))
        {
            foreach (var value in _phandleNames.Select(node.Value).OfType<ReadOnlyMemory<byte>>())
            {
                if (value.Length != sizeof(uint))
                {
                    throw Wrong(node, $"the phandle of {node} has {value.Length} bytes", $"{sizeof(uint)}");
                }

                if ((ulong)Read(value) + delta >= uint.MaxValue)
                {
                    throw Wrong(node, $"the phandle 0x{Read(value):x} of {node} and 0x{delta:x}, the highest of the tree, are together more than 32 bits", "lower ones");
                }

                Write(value, Read(value) + delta);
            }
        }
    }

    /// <summary>The places in the overlay's properties that hold phandles of the overlay.</summary>
    private IEnumerable<ReadOnlyMemory<byte>> LocalReferences(TreeNode overlay)
    {
        if (ChildOf(overlay, "__local_fixups__") is not { } fixups)
        {
            yield break;
        }

        var open = new Stack<(TreeNode Fixups, TreeNode Node)>([(fixups, overlay)]);
        while (open.TryPop(out var next))
        {
            foreach (var (name, offsets) in next.Fixups.Properties)
            {
                var value = next.Node.Value(name) ?? throw Wrong(next.Fixups, $"{next.Fixups} names the property {name}, which {next.Node} has not", "one of its properties");
                if (offsets.Length % sizeof(uint) != 0)
                {
                    throw Wrong(next.Fixups, $"the property {name} of {next.Fixups} has {offsets.Length} bytes", "whole cells");
                }

                for (var at = 0; at < offsets.Length; at += sizeof(uint))
                {
                    yield return Place(next.Fixups, next.Node, name, value, Read(offsets[at..]));
                }
            }

            foreach (var child in next.Fixups.Children)
            {
                open.Push((child, ChildOf(next.Node, child.Name) ?? throw Wrong(child, $"{child} stands for no node of the overlay", "as many nodes below it as the overlay has")));
            }
        }
    }

    /// <summary>Writes the phandles of the tree's labels that the overlay names.</summary>
    private void FixUp(TreeNode overlay)
    {
        if (ChildOf(overlay, "__fixups__") is not { } fixups)
        {
            return;
        }

        foreach (var (label, uses) in fixups.Properties)
        {
            var phandle = PhandleOfLabel(fixups, label);
            foreach (var use in TextsOf(fixups, label, uses))
            {
                if (use.Split(':') is not [var path, var name, var offset] || !uint.TryParse(offset, NumberStyles.None, CultureInfo.InvariantCulture, out var at))
                {
                    throw Wrong(fixups, $"the fixup of {label} says '{use}'", "PATH:PROPERTY:OFFSET");
                }

                var node = Find(overlay, path) ?? throw Wrong(fixups, $"the fixup of {label} is for {path}, which the overlay has not", "a node of the overlay");
                var value = node.Value(name) ?? throw Wrong(fixups, $"the fixup of {label} is for the property {name} of {path}, which it has not", "one of its properties");
                Write(Place(fixups, node, name, value, at), phandle);
            }
        }
    }

    private uint PhandleOfLabel(TreeNode fixups, string label)
    {
        if (ChildOf(_root, Symbols) is not { } symbols)
        {
            throw Wrong(fixups, $"the label {label} is to be found, and the tree has no {Symbols}", "a tree that keeps its labels (dtc -@)");
        }

        var path = symbols.Value(label) is { } value ? TextOf(value) : throw Wrong(fixups, $"the tree has no label {label}", "one of its labels");
        var node = Find(_root, path) ?? throw Wrong(fixups, $"the label {label} of the tree is of {path}, which it has not", "a node of the tree");
        return PhandleOf(node) ?? throw Wrong(fixups, $"the node {node} of the label {label} has no phandle", "one");
    }

    private TreeNode TargetOf(TreeNode fragment)
    {
        if (fragment.Value("target") is { Length: sizeof(uint) } target && Read(target) is not 0 and var phandle)
        {
            return _phandles.GetValueOrDefault(phandle) ?? throw Wrong(fragment, $"the target of {fragment} is phandle 0x{phandle:x}, which no node has", "a node of the tree");
        }

        var path = fragment.Value("target-path") is { } value ? TextOf(value) : throw Wrong(fragment, $"{fragment} has neither target nor target-path", "one of them");
        return Find(_root, path) ?? throw Wrong(fragment, $"the target of {fragment} is '{path}', which the tree has not", "a node of the tree");
    }

    /// <param name="target">A node of the tree.</param>
    /// <param name="content">What it gets.</param>
    /// <param name="kept">Gets the phandles of the overlay in whose place the tree keeps its own.</param>
    private void Merge(TreeNode target, TreeNode content, Dictionary<uint, uint> kept)
    {
        var open = new Stack<(TreeNode Target, TreeNode Content)>([(target, content)]);
        while (open.TryPop(out var next))
        {
            if (PhandleOf(next.Content) is { } given && PhandleOf(next.Target) is { } own)
            {
                kept[given] = own;
            }

            var keeps = PhandleOf(next.Target) is not null;
            foreach (var (name, value) in next.Content.Properties.Where(property => !keeps || TreeProperties.Of(property.Name) is not (TreeProperty.Phandle or TreeProperty.LinuxPhandle)))
            {
                next.Target.Set(name, value);
            }

            Know(next.Target);
            foreach (var child in next.Content.Children)
            {
                open.Push((ChildOf(next.Target, child.Name) ?? Add(next.Target, child.Name, child), child));
            }
        }
    }

    /// <summary>The overlay's labels are labels of the tree from then on.</summary>
    private void AddSymbols(TreeNode overlay, Dictionary<TreeNode, TreeNode> targets)
    {
        if (ChildOf(overlay, Symbols) is not { } labels)
        {
            return;
        }

        var symbols = ChildOf(_root, Symbols) ?? Add(_root, Symbols, labels);
        foreach (var (label, value) in labels.Properties)
        {
            // A label outside of fragments is of nothing that the tree gets.
            if (TextOf(value).Split('/', 4) is ["", var name, Content, .. var rest] && ChildOf(overlay, name) is { } fragment && targets.TryGetValue(fragment, out var target))
            {
                symbols.Set(label, Encoding.UTF8.GetBytes($"{(target.Parent is null && rest.Length > 0 ? string.Empty : target.Path)}{string.Concat(rest.Select(below => $"/{below}"))}\0"));
            }
        }
    }

    private TreeNode Add(TreeNode parent, string name, TreeNode cause)
    {
        var node = new TreeNode(name, parent, null);
        if (node.Depth > FlattenedTree.DepthMax || node.PathLength > FlattenedTree.PathLengthMax)
        {
            throw Wrong(cause, $"{cause} would be {node.Depth} levels below the root, with a path of {node.PathLength} characters", $"at most {FlattenedTree.DepthMax} and {FlattenedTree.PathLengthMax}");
        }

        var names = NamesBelow(parent);
        names[name] = node;
        names[node.BaseName] = node;
        (_added.TryGetValue(parent, out var added) ? added : _added[parent] = []).Add(node);
        return node;
    }

    private void Know(TreeNode node)
    {
        if (PhandleOf(node) is { } phandle)
        {
            _phandles.TryAdd(phandle, node);
            _highestPhandle = Math.Max(_highestPhandle, phandle);
        }
    }

    private static uint? PhandleOf(TreeNode node) => (node.Cell(TreeProperty.Phandle) ?? node.Cell(TreeProperty.LinuxPhandle)) is { } phandle and not (0 or uint.MaxValue) ? phandle : null;

    /// <summary>The node of a path, which may begin with an alias; names may lack their unit address.</summary>
    private TreeNode? Find(TreeNode root, string path)
    {
        var from = root;
        var rest = path;
        if (!path.StartsWith('/'))
        {
            var alias = path.Split('/', 2);
            var named = ChildOf(root, "aliases")?.Value(alias[0]) is { } value ? TextOf(value) : string.Empty;
            if (!named.StartsWith('/') || Find(root, named) is not { } found)
            {
                return null;
            }

            (from, rest) = (found, alias.Length > 1 ? alias[1] : string.Empty);
        }

        foreach (var name in rest.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (ChildOf(from, name) is not { } child)
            {
                return null;
            }

            from = child;
        }

        return from;
    }

    private TreeNode? ChildOf(TreeNode node, string name) => NamesBelow(node).GetValueOrDefault(name);

    /// <summary>The nodes below one by their names, with unit address and without; of several the first.</summary>
    private Dictionary<string, TreeNode> NamesBelow(TreeNode node)
    {
        if (!_children.TryGetValue(node, out var names))
        {
            _children.Add(node, names = []);
            foreach (var child in node.Children)
            {
                names.TryAdd(child.Name, child);
                names.TryAdd(child.BaseName, child);
            }
        }

        return names;
    }

    private static ReadOnlyMemory<byte> Place(TreeNode fixups, TreeNode node, string name, ReadOnlyMemory<byte> value, uint at) => at + (ulong)sizeof(uint) <= (ulong)value.Length
        ? value.Slice((int)at, sizeof(uint))
        : throw Wrong(fixups, $"a reference is at byte {at} of the property {name} of {node}, which has {value.Length} bytes", "four bytes within it");

    private static IEnumerable<string> TextsOf(TreeNode fixups, string label, ReadOnlyMemory<byte> value)
    {
        for (var rest = value; !rest.IsEmpty;)
        {
            var end = rest.Span.IndexOf((byte)0);
            yield return end >= 0 ? Encoding.UTF8.GetString(rest.Span[..end]) : throw Wrong(fixups, $"the fixup of {label} has no end", "a zero byte after each place");
            rest = rest[(end + 1)..];
        }
    }

    private static string TextOf(ReadOnlyMemory<byte> value) =>
        Encoding.UTF8.GetString(value.Span.IndexOf((byte)0) is var end and >= 0 ? value.Span[..end] : value.Span);

    private static uint Read(ReadOnlyMemory<byte> cell) => BinaryPrimitives.ReadUInt32BigEndian(cell.Span);

    private static void Write(ReadOnlyMemory<byte> cell, uint value) => BinaryPrimitives.WriteUInt32BigEndian(MemoryMarshal.AsMemory(cell).Span, value);

    private static DeviceTreeException Wrong(TreeNode node, string problem, string expected) => new(node.Offset, $"{problem}; expected {expected}");
}
