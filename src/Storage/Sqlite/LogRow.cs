using System.Buffers.Binary;
using System.IO.Hashing;

namespace DmaGrains.Storage.Sqlite;

/// <summary>A row of the log of all journals, in memory that is valid for a moment.</summary>
/// <param name="grain">The number of its grain.</param>
/// <param name="sequence">Its place in the grain's journal.</param>
/// <param name="checksum">What ties these to each other: see <see cref="ChecksumOf"/>.</param>
/// <param name="isSnapshot">Whether it is a snapshot.</param>
/// <param name="name">A snapshot's grain in UTF-8; empty for an entry.</param>
/// <param name="payload">What it tells; a scan may leave it out.</param>
internal readonly ref struct LogRow(
    long grain, long sequence, int checksum, bool isSnapshot, ReadOnlySpan<byte> name, ReadOnlySpan<byte> payload)
{
    /// <summary>The number of its grain.</summary>
    public long Grain { get; } = grain;

    /// <summary>Its place in the grain's journal.</summary>
    public long Sequence { get; } = sequence;

    /// <summary>What ties these to each other.</summary>
    public int Checksum { get; } = checksum;

    /// <summary>Whether it is a snapshot.</summary>
    public bool IsSnapshot { get; } = isSnapshot;

    /// <summary>A snapshot's grain in UTF-8; empty for an entry.</summary>
    public ReadOnlySpan<byte> Name { get; } = name;

    /// <summary>What it tells.</summary>
    public ReadOnlySpan<byte> Payload { get; } = payload;

    /// <summary>Ties what tells a row's place to each other: number, sequence, name and size.</summary>
    public static int ChecksumOf(long grain, long sequence, ReadOnlySpan<byte> name, int payloadBytes)
    {
        Span<byte> place = stackalloc byte[20];
        BinaryPrimitives.WriteInt64LittleEndian(place, grain);
        BinaryPrimitives.WriteInt64LittleEndian(place[8..], sequence);
        BinaryPrimitives.WriteInt32LittleEndian(place[16..], payloadBytes);
        return unchecked((int)XxHash3.HashToUInt64(place, name.IsEmpty ? 0 : unchecked((long)XxHash3.HashToUInt64(name))));
    }
}
