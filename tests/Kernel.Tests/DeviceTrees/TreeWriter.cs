using System.Buffers.Binary;
using System.Text;

namespace DmaGrains.Kernel.Tests.DeviceTrees;

/// <summary>Writes a flattened device tree.</summary>
internal sealed class TreeWriter
{
    private const int HeaderBytes = 40;

    private readonly List<byte> _structure = [];
    private readonly List<byte> _strings = [];
    private readonly Dictionary<string, uint> _names = [];

    /// <summary>A whole tree of what is written.</summary>
    public static byte[] Bytes(Action<TreeWriter> write, params (ulong Start, ulong SizeBytes)[] reserved)
    {
        var tree = new TreeWriter();
        write(tree);
        tree.Cell(9);
        var reservedBytes = (reserved.Length + 1) * 16;
        var (structure, strings) = (tree._structure.ToArray(), tree._strings.ToArray());
        var total = HeaderBytes + reservedBytes + structure.Length + strings.Length;
        var bytes = new byte[total];
        uint[] header =
        [
            0xd00dfeed, (uint)total, (uint)(HeaderBytes + reservedBytes), (uint)(HeaderBytes + reservedBytes + structure.Length), HeaderBytes, 17, 16, 0,
            (uint)strings.Length, (uint)structure.Length,
        ];
        for (var index = 0; index < header.Length; index++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(index * 4), header[index]);
        }

        for (var index = 0; index < reserved.Length; index++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(HeaderBytes + (index * 16)), reserved[index].Start);
            BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(HeaderBytes + (index * 16) + 8), reserved[index].SizeBytes);
        }

        structure.CopyTo(bytes, HeaderBytes + reservedBytes);
        strings.CopyTo(bytes, HeaderBytes + reservedBytes + structure.Length);
        return bytes;
    }

    public TreeWriter Begin(string name)
    {
        Cell(1);
        return Padded(Encoding.ASCII.GetBytes($"{name}\0"));
    }

    public TreeWriter End() => Cell(2);

    public TreeWriter Property(string name, params uint[] cells) => Property(name, cells.SelectMany(cell => new[]
    {
        (byte)(cell >> 24), (byte)(cell >> 16), (byte)(cell >> 8), (byte)cell,
    }).ToArray());

    public TreeWriter Text(string name, params string[] texts) => Property(name, Encoding.UTF8.GetBytes(string.Concat(texts.Select(text => $"{text}\0"))));

    public TreeWriter Property(string name, byte[] value)
    {
        if (!_names.TryGetValue(name, out var at))
        {
            _names.Add(name, at = (uint)_strings.Count);
            _strings.AddRange(Encoding.ASCII.GetBytes($"{name}\0"));
        }

        Cell(3);
        Cell((uint)value.Length);
        Cell(at);
        return Padded(value);
    }

    private TreeWriter Cell(uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        _structure.AddRange(bytes);
        return this;
    }

    private TreeWriter Padded(byte[] bytes)
    {
        _structure.AddRange(bytes);
        _structure.AddRange(new byte[(4 - (bytes.Length % 4)) % 4]);
        return this;
    }
}
