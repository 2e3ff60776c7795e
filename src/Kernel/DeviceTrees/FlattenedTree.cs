using System.Buffers.Binary;
using System.Text;

namespace DmaGrains.Kernel.DeviceTrees;

/// <summary>Reads a flattened device tree (<c>.dtb</c>, <c>/sys/firmware/fdt</c>) of bytes that nobody has checked.</summary>
/// <remarks>
/// Source: the Devicetree Specification, chapter 5. Time and memory are bounded by the number of bytes: nothing recurses, and only properties
/// of <see cref="TreeProperty"/> are kept, or all where overlays are applied. Bytes after the size that the header states are ignored, as a dump of a partition has them.
/// </remarks>
internal static class FlattenedTree
{
    /// <summary>The longest tree, in bytes: the kernel takes 2 MiB (arch/arm64/include/asm/boot.h, MAX_FDT_SIZE).</summary>
    public const int LengthMax = 4 << 20;

    /// <summary>The most levels below the root (drivers/of/fdt.c, FDT_MAX_DEPTH).</summary>
    public const int DepthMax = 64;

    /// <summary>The longest node name, in characters; the specification has 31 and a unit address.</summary>
    public const int NameLengthMax = 255;

    /// <summary>The longest path of a node, in characters; trees of real boards have some 150.</summary>
    public const int PathLengthMax = 1024;

    private const uint Magic = 0xd00dfeed;
    private const int HeaderBytes = 40;
    private const int ReservedBytes = 16;
    private const uint OldestVersion = 16;
    private const uint Version = 17;

    private enum Token : uint
    {
        BeginNode = 1,
        EndNode = 2,
        Property = 3,
        Nop = 4,
        End = 9,
    }

    /// <summary>Reads a tree.</summary>
    /// <param name="bytes">The file, or the beginning of it.</param>
    /// <param name="overlays">What is applied to it, in this order.</param>
    /// <exception cref="DeviceTreeException">It or an overlay is not a whole and sound tree, or an overlay does not fit.</exception>
    public static DeviceTree Read(ReadOnlyMemory<byte> bytes, params ReadOnlySpan<TreeOverlay> overlays)
    {
        var (tree, root) = ReadRoot(bytes, keepsAll: !overlays.IsEmpty);
        if (!overlays.IsEmpty)
        {
            OverlayMerge.Apply(root, overlays);
        }

        return new(root) { SizeBytes = tree.Length, Version = Field(tree.Span, 5), Reserved = Reservations(tree.Span) };
    }

    /// <summary>The root node, and the bytes that are the tree.</summary>
    /// <param name="bytes">As for <see cref="Read"/>.</param>
    /// <param name="keepsAll">Whether all properties are kept.</param>
    public static (ReadOnlyMemory<byte> Tree, TreeNode Root) ReadRoot(ReadOnlyMemory<byte> bytes, bool keepsAll)
    {
        var header = bytes.Span;
        if (header.Length < HeaderBytes)
        {
            throw Wrong(header.Length, $"the file ends after {header.Length} bytes", $"a header of {HeaderBytes} bytes");
        }

        if (Field(header, 0) is not Magic and var magic)
        {
            throw Wrong(0, $"the file begins with 0x{magic:x8}", $"a flattened device tree, 0x{Magic:x8}");
        }

        var size = Field(header, 1);
        if (size < HeaderBytes || size > LengthMax)
        {
            throw Wrong(4, $"the header says that the tree has {size} bytes", $"{HeaderBytes} to {LengthMax} bytes");
        }

        if (size > header.Length)
        {
            throw Wrong(4, $"the header says that the tree has {size} bytes, and the file has {header.Length}", "a whole file");
        }

        var (version, compatible) = (Field(header, 5), Field(header, 6));
        if (version < OldestVersion || compatible > Version)
        {
            throw Wrong(20, $"the format is of version {version}, compatible with {compatible}", $"version {OldestVersion} or later, compatible with {Version} or earlier");
        }

        var tree = bytes[..(int)size];
        var structure = Block(tree, 2, version < Version ? null : 9, "structure");
        if (Field(header, 2) % sizeof(uint) != 0)
        {
            throw Wrong(8, $"the structure block begins at byte {Field(header, 2)}", "a multiple of 4");
        }

        return (tree, new Walk(tree, (int)Field(header, 2), structure, Block(tree, 3, 8, "strings"), keepsAll).Read());
    }

    /// <summary>The block whose offset and size are these fields of the header.</summary>
    private static ReadOnlyMemory<byte> Block(ReadOnlyMemory<byte> tree, int offsetField, int? sizeField, string name)
    {
        ulong offset = Field(tree.Span, offsetField);
        var size = sizeField is { } field ? Field(tree.Span, field) : (ulong)tree.Length - Math.Min((ulong)tree.Length, offset);
        return offset + size <= (ulong)tree.Length
            ? tree.Slice((int)offset, (int)size)
            : throw Wrong(
                offsetField * sizeof(uint), $"the {name} block begins at byte {offset} and has {size} bytes, and the tree has {tree.Length}",
                "a block within the tree");
    }

    private static List<TreeRange> Reservations(ReadOnlySpan<byte> tree)
    {
        var found = new List<TreeRange>();
        for (ulong at = Field(tree, 4); at + ReservedBytes <= (ulong)tree.Length; at += ReservedBytes)
        {
            var entry = tree.Slice((int)at, ReservedBytes);
            var (start, size) = (BinaryPrimitives.ReadUInt64BigEndian(entry), BinaryPrimitives.ReadUInt64BigEndian(entry[8..]));
            if (start == 0 && size == 0)
            {
                return found;
            }

            found.Add(new(start, size));
        }

        throw Wrong(16, $"the memory reservation block from byte {Field(tree, 4)} on has no end within the tree", "an entry of zeros at its end");
    }

    private static uint Field(ReadOnlySpan<byte> bytes, int index) => BinaryPrimitives.ReadUInt32BigEndian(bytes[(index * sizeof(uint))..]);

    private static DeviceTreeException Wrong(int offset, string problem, string expected) => new(offset, $"{problem}; expected {expected}");

    /// <summary>The name of a property.</summary>
    /// <param name="Known">The property, if it is one that is kept.</param>
    /// <param name="Name">Null for one that is longer than any that is kept.</param>
    private sealed record PropertyName(TreeProperty? Known, string? Name);

    /// <summary>One pass through the structure block.</summary>
    private sealed class Walk(ReadOnlyMemory<byte> tree, int start, ReadOnlyMemory<byte> structure, ReadOnlyMemory<byte> strings, bool keepsAll)
    {
        private readonly Dictionary<int, PropertyName> _names = [];
        private readonly int _nameLengthMax = keepsAll ? NameLengthMax : TreeProperties.LengthMax;
        private readonly int _lastEnd = strings.Span.LastIndexOf((byte)0);
        private int _at;

        public TreeNode Read()
        {
            TreeNode? root = null;
            TreeNode? open = null;
            while (true)
            {
                var before = start + _at;
                switch ((Token)Next(open))
                {
                    case Token.BeginNode when open is null && root is not null:
                        throw Wrong(before, "a second root node", "one");
                    case Token.BeginNode:
                        open = Begin(open, before);
                        root ??= open;
                        break;
                    case Token.EndNode:
                        open = open is null ? throw Wrong(before, "the end of a node that was not begun", "as many ends as nodes") : open.Parent;
                        break;
                    case Token.Property:
                        Property(open, before);
                        break;
                    case Token.Nop:
                        break;
                    case Token.End when open is not null:
                        throw Wrong(before, $"the tree ends within node {open}", "the end of each node before");
                    case Token.End:
                        return root ?? throw Wrong(before, "the tree has no node", "a root node");
                    case var token:
                        throw Wrong(before, $"token 0x{(uint)token:x}", "1 (node), 2 (end of a node), 3 (property), 4 (nothing) or 9 (end)");
                }
            }
        }

        private TreeNode Begin(TreeNode? parent, int before)
        {
            var rest = structure.Span[_at..];
            var length = rest.IndexOf((byte)0);
            if (length < 0)
            {
                throw Wrong(before, $"the name of a node{Under(parent)} has no end", "a zero byte after it");
            }

            var name = rest[..length];
            if (!Ascii.IsValid(name) || name.IndexOf((byte)'/') >= 0)
            {
                throw Wrong(before, $"a node{Under(parent)} is named '{Encoding.UTF8.GetString(name[..Math.Min(length, NameLengthMax)])}'", "ASCII without a slash");
            }

            if (length > NameLengthMax || (length == 0 && parent is not null))
            {
                throw Wrong(before, $"the name of a node{Under(parent)} has {length} characters", $"1 to {NameLengthMax}");
            }

            if (parent?.Depth == DepthMax)
            {
                throw Wrong(before, $"a node is {DepthMax + 1} levels below the root", $"at most {DepthMax}");
            }

            Skip(length + 1);
            var node = new TreeNode(parent is null ? string.Empty : Encoding.ASCII.GetString(name), parent, before);
            if (node.PathLength > PathLengthMax)
            {
                throw Wrong(before, $"the path of a node has {node.PathLength} characters", $"at most {PathLengthMax}");
            }

            parent?.Add(node);
            return node;
        }

        private void Property(TreeNode? node, int before)
        {
            if (node is null)
            {
                throw Wrong(before, "a property outside of the nodes", "one within the root node");
            }

            var (length, name) = (Next(node), Next(node));
            if (length > structure.Length - _at)
            {
                throw Wrong(before, $"a property of {node} has {length} bytes, and the structure block has {structure.Length - _at} more", "a property within it");
            }

            if (name > _lastEnd)
            {
                throw Wrong(
                    before, $"the name of a property of {node} begins at byte {name} of the strings, which have {strings.Length}",
                    "one with a zero byte after it");
            }

            if (!_names.TryGetValue((int)name, out var known))
            {
                _names.Add((int)name, known = NameAt((int)name));
            }

            if (known.Known is { } property)
            {
                node.Add(property, tree.Slice(start + _at, (int)length));
            }
            else if (keepsAll && known.Name is { } other)
            {
                node.Add(other, tree.Slice(start + _at, (int)length));
            }
            else if (keepsAll)
            {
                throw Wrong(before, $"the name of a property of {node} has more than {NameLengthMax} characters", $"at most {NameLengthMax}");
            }

            Skip((int)length);
        }

        /// <summary>The property whose name begins there; without a name for a longer one, however long.</summary>
        private PropertyName NameAt(int offset)
        {
            var rest = strings.Span[offset..];
            var text = rest[..Math.Min(rest.Length, _nameLengthMax + 1)];
            return text.IndexOf((byte)0) is var end and >= 0 && Encoding.UTF8.GetString(text[..end]) is var name ? new(TreeProperties.Of(name), name) : new(null, null);
        }

        private uint Next(TreeNode? open)
        {
            if (structure.Length - _at < sizeof(uint))
            {
                throw Wrong(start + _at, $"the structure block ends{(open is null ? string.Empty : $" within node {open}")}", "its end token");
            }

            var value = BinaryPrimitives.ReadUInt32BigEndian(structure.Span[_at..]);
            _at += sizeof(uint);
            return value;
        }

        /// <summary>Passes over bytes, and over the padding after them.</summary>
        private void Skip(int bytes) => _at = Math.Min(structure.Length, (_at + bytes + sizeof(uint) - 1) & ~(sizeof(uint) - 1));

        private static string Under(TreeNode? parent) => parent is null ? string.Empty : $" below {parent}";
    }
}
