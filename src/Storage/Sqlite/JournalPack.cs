using System.Buffers.Binary;

namespace DmaGrains.Storage.Sqlite;

/// <summary>
/// Small rows of the log that are stored as one row of the table, because a row of the table costs SQLite much more than its bytes. It has
/// the id of its first row, <see cref="Grain"/> for its grain, the number of its rows as its sequence, and no name.
/// </summary>
/// <remarks>
/// Stored, so it never changes. A row is: its grain's number, its sequence, 0 for an entry or the length of a snapshot's name plus 1, the
/// length of its payload, its checksum in four bytes, the lowest first, the name in UTF-8, the payload. Numbers are in groups of seven bits,
/// the lowest first.
/// </remarks>
internal sealed class JournalPack
{
    /// <summary>What the table says instead of a grain's number.</summary>
    public const long Grain = -1;

    /// <summary>The most bytes: four such rows of the table fill a page.</summary>
    public const int BytesMax = 998;

    private const int NumberBytesMax = 10;
    private const int HeaderBytesMax = (4 * NumberBytesMax) + sizeof(int);

    private readonly byte[] _bytes = new byte[BytesMax];
    private int _length;

    /// <summary>The number of rows.</summary>
    public int Count { get; private set; }

    /// <summary>The rows.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <summary>Adds a row; false when it does not fit.</summary>
    public bool TryAdd(in LogRow row)
    {
        Span<byte> header = stackalloc byte[HeaderBytesMax];
        var length = Write(header, 0, (ulong)row.Grain);
        length = Write(header, length, (ulong)row.Sequence);
        length = Write(header, length, row.IsSnapshot ? (ulong)row.Name.Length + 1 : 0);
        length = Write(header, length, (ulong)row.Payload.Length);
        BinaryPrimitives.WriteInt32LittleEndian(header[length..], row.Checksum);
        length += sizeof(int);
        if (length + row.Name.Length + row.Payload.Length > BytesMax - _length)
        {
            return false;
        }

        var room = _bytes.AsSpan(_length);
        header[..length].CopyTo(room);
        row.Name.CopyTo(room[length..]);
        row.Payload.CopyTo(room[(length + row.Name.Length)..]);
        _length += length + row.Name.Length + row.Payload.Length;
        Count++;
        return true;
    }

    /// <summary>Forgets the rows.</summary>
    public void Clear() => (_length, Count) = (0, 0);

    /// <summary>Takes the first row from what is left of a pack; false when that is not a row. Its checksum is not checked.</summary>
    public static bool TryTake(scoped ref ReadOnlySpan<byte> left, out LogRow row)
    {
        row = default;
        if (!TryTakeNumber(ref left, out var grain)
            || !TryTakeNumber(ref left, out var sequence)
            || !TryTakeNumber(ref left, out var name)
            || !TryTakeNumber(ref left, out var payload)
            || left.Length < sizeof(int)
            || name > BytesMax
            || payload > BytesMax
            || (ulong)(left.Length - sizeof(int)) + 1 < Math.Max(name, 1) + payload)
        {
            return false;
        }

        var checksum = BinaryPrimitives.ReadInt32LittleEndian(left);
        var nameBytes = name == 0 ? 0 : (int)name - 1;
        left = left[sizeof(int)..];
        row = new((long)grain, (long)sequence, checksum, name != 0, left[..nameBytes], left.Slice(nameBytes, (int)payload));
        left = left[(nameBytes + (int)payload)..];
        return true;
    }

    private static int Write(Span<byte> bytes, int length, ulong number)
    {
        for (; number >= 0x80; number >>= 7)
        {
            bytes[length++] = (byte)(number | 0x80);
        }

        bytes[length++] = (byte)number;
        return length;
    }

    private static bool TryTakeNumber(scoped ref ReadOnlySpan<byte> left, out ulong number)
    {
        number = 0;
        for (var place = 0; place < Math.Min(left.Length, NumberBytesMax); place++)
        {
            number |= (ulong)(left[place] & 0x7f) << (7 * place);
            if (left[place] < 0x80)
            {
                left = left[(place + 1)..];
                return true;
            }
        }

        return false;
    }
}
