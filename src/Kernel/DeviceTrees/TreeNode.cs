using System.Buffers.Binary;
using System.Text;

namespace DmaGrains.Kernel.DeviceTrees;

/// <summary>A node of a device tree. Immutable once the tree is read.</summary>
/// <param name="name">With its unit address; empty for the root.</param>
/// <param name="parent">Null for the root.</param>
/// <param name="offset">Where it begins in the flattened tree, in bytes; null in a copied folder.</param>
internal sealed class TreeNode(string name, TreeNode? parent, int? offset)
{
    private const string Okay = "okay";
    private const string Ok = "ok";

    private readonly List<TreeNode> _children = [];
    private readonly List<KeptProperty> _properties = [];
    private OrderedDictionary<string, ReadOnlyMemory<byte>>? _others;
    private string? _path;
    private IReadOnlyList<string>? _compatible;

    /// <summary>With its unit address; empty for the root.</summary>
    public string Name { get; } = name;

    /// <summary>The node above; null for the root.</summary>
    public TreeNode? Parent { get; } = parent;

    /// <summary>Where it begins in the flattened tree; null in a copied folder.</summary>
    public int? Offset { get; } = offset;

    /// <summary>Levels below the root.</summary>
    public int Depth { get; } = parent is null ? 0 : parent.Depth + 1;

    /// <summary>Characters of <see cref="Path"/>.</summary>
    public int PathLength { get; } = parent is null ? 1 : (parent.Parent is null ? 0 : parent.PathLength) + 1 + name.Length;

    /// <summary>The nodes below it, in the order of the tree.</summary>
    public IReadOnlyList<TreeNode> Children => _children;

    /// <summary>Its names from the root on.</summary>
    public string Path => _path ??= Parent is null ? "/" : Parent.Parent is null ? $"/{Name}" : $"{Parent.Path}/{Name}";

    /// <summary>Its name without the unit address.</summary>
    public string BaseName => Name.Split('@')[0];

    /// <summary>What follows the @ of its name; null without one.</summary>
    public string? Unit => Name.IndexOf('@') is var at and >= 0 ? Name[(at + 1)..] : null;

    /// <summary>Whether its own <c>status</c> lets it be used (drivers/of/base.c, __of_device_is_available).</summary>
    public bool IsEnabled => Value(TreeProperty.Status) is not { } status || TextOf(status.Span) is Okay or Ok;

    /// <summary>Whether it and every node above it are enabled.</summary>
    public bool IsReachable => IsEnabled && (Parent is null || Parent.IsReachable);

    /// <summary>What it is compatible with, most specific first.</summary>
    public IReadOnlyList<string> Compatible => _compatible ??= Texts(TreeProperty.Compatible);

    /// <summary>Whether a property is there, empty or not.</summary>
    public bool Has(TreeProperty property) => Value(property) is not null;

    /// <summary>The bytes of a property; null when it is not there. Of two with one name, the first counts.</summary>
    public ReadOnlyMemory<byte>? Value(TreeProperty property)
    {
        foreach (var (known, value) in _properties)
        {
            if (known == property)
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>A property as cells of 32 bits; none when it is not there, and a rest of less than a cell is ignored.</summary>
    public TreeCells Cells(TreeProperty property) => new(Value(property) ?? default);

    /// <summary>The first cell of a property; null when it has none.</summary>
    public uint? Cell(TreeProperty property) => Cells(property) is { Count: > 0 } cells ? cells[0] : null;

    /// <summary>A property as one text, up to its end or the first zero byte.</summary>
    public string? Text(TreeProperty property) => Value(property) is { } value ? TextOf(value.Span) : null;

    /// <summary>A property as a list of texts, each ended by a zero byte; the last one may lack it.</summary>
    public IReadOnlyList<string> Texts(TreeProperty property)
    {
        var texts = new List<string>();
        var rest = (Value(property) ?? default).Span;
        for (var end = rest.IndexOf((byte)0); end >= 0; end = rest.IndexOf((byte)0))
        {
            texts.Add(Encoding.UTF8.GetString(rest[..end]));
            rest = rest[(end + 1)..];
        }

        if (!rest.IsEmpty)
        {
            texts.Add(Encoding.UTF8.GetString(rest));
        }

        return texts;
    }

    /// <summary>The nodes above it, nearest first.</summary>
    public IEnumerable<TreeNode> Above()
    {
        for (var node = Parent; node is not null; node = node.Parent)
        {
            yield return node;
        }
    }

    /// <summary>Address cells of the nodes below it: its own number, or the nearest one above, or 1.</summary>
    public uint AddressCellsBelow => CellsBelow(TreeProperty.AddressCells);

    /// <summary>Size cells of the nodes below it: its own number, or the nearest one above, or 1.</summary>
    public uint SizeCellsBelow => CellsBelow(TreeProperty.SizeCells);

    /// <summary>Adds a node below it, while the tree is read.</summary>
    public void Add(TreeNode child) => _children.Add(child);

    /// <summary>Puts new nodes before those that it has, while overlays are applied.</summary>
    public void AddFirst(IEnumerable<TreeNode> children) => _children.InsertRange(0, children);

    /// <summary>Adds a property, while the tree is read.</summary>
    public void Add(TreeProperty property, ReadOnlyMemory<byte> value)
    {
        if (!Has(property))
        {
            _properties.Add(new(property, value));
        }
    }

    /// <summary>Adds a property that only overlays need, while the tree is read.</summary>
    public void Add(string name, ReadOnlyMemory<byte> value) => (_others ??= []).TryAdd(name, value);

    /// <summary>Adds a property or gives it another value, while overlays are applied.</summary>
    public void Set(string name, ReadOnlyMemory<byte> value)
    {
        if (TreeProperties.Of(name) is not { } property)
        {
            (_others ??= [])[name] = value;
        }
        else if (_properties.FindIndex(known => known.Property == property) is var at and >= 0)
        {
            _properties[at] = new(property, value);
        }
        else
        {
            _properties.Add(new(property, value));
        }
    }

    /// <summary>The bytes of a property, also of one that only overlays need; null when it is not there.</summary>
    public ReadOnlyMemory<byte>? Value(string name) => TreeProperties.Of(name) is { } property ? Value(property)
        : _others is { } others && others.TryGetValue(name, out var value) ? value : default(ReadOnlyMemory<byte>?);

    /// <summary>All properties that were kept.</summary>
    public IEnumerable<(string Name, ReadOnlyMemory<byte> Value)> Properties =>
        _properties.Select(known => (known.Property.Name(), known.Value)).Concat((_others ?? []).Select(other => (other.Key, other.Value)));

    /// <inheritdoc/>
    public override string ToString() => Path;

    private static string TextOf(ReadOnlySpan<byte> value) =>
        Encoding.UTF8.GetString(value.IndexOf((byte)0) is var end and >= 0 ? value[..end] : value);

    private sealed record KeptProperty(TreeProperty Property, ReadOnlyMemory<byte> Value);

    private uint CellsBelow(TreeProperty property)
    {
        for (var node = this; node is not null; node = node.Parent)
        {
            if (node.Cell(property) is { } count)
            {
                return count;
            }
        }

        return 1;
    }
}

/// <summary>A property as cells of 32 bits, most significant byte first.</summary>
/// <param name="Bytes">The property's bytes; a rest of less than a cell is ignored.</param>
internal readonly record struct TreeCells(ReadOnlyMemory<byte> Bytes)
{
    /// <summary>How many whole cells there are.</summary>
    public int Count => Bytes.Length / sizeof(uint);

    /// <summary>A cell.</summary>
    public uint this[int index] => BinaryPrimitives.ReadUInt32BigEndian(Bytes.Span[(index * sizeof(uint))..]);

    /// <summary>A number of several cells, of which the low 64 bits count (include/linux/of.h, of_read_number).</summary>
    /// <param name="first">Its first cell.</param>
    /// <param name="count">How many cells it has; 0 makes 0.</param>
    public ulong Number(int first, int count)
    {
        var number = 0UL;
        for (var index = first; index < first + count; index++)
        {
            number = (number << 32) | this[index];
        }

        return number;
    }

    /// <summary>Some of the cells.</summary>
    public uint[] Slice(int first, int count)
    {
        var cells = new uint[count];
        for (var index = 0; index < count; index++)
        {
            cells[index] = this[first + index];
        }

        return cells;
    }
}
