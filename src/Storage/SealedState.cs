using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace DmaGrains.Storage;

/// <summary>
/// The stored form of a state: a byte that marks a cleared state, a checksum of eight bytes, and the state. The checksum (XXH3) also covers
/// the key and the version, so it detects a row under another key or of an older version.
/// </summary>
internal static class SealedState
{
    private const byte Cleared = 0;
    private const byte Kept = 1;
    private const int ChecksumAt = 1;
    private const int StateAt = ChecksumAt + sizeof(ulong);

    // Usual keys are shorter; a longer one costs an array.
    private const int KeyBytes = 512;

    /// <summary>Seals a state, or with null a cleared one.</summary>
    /// <param name="grain">The grain.</param>
    /// <param name="name">The state's name.</param>
    /// <param name="version">The version that the row will have.</param>
    /// <param name="state">The state's bytes.</param>
    public static byte[] Seal(string grain, string name, long version, ReadOnlyMemory<byte>? state)
    {
        var bytes = state.GetValueOrDefault().Span;
        var stored = new byte[StateAt + bytes.Length];
        stored[0] = state is null ? Cleared : Kept;
        bytes.CopyTo(stored.AsSpan(StateAt));
        BinaryPrimitives.WriteUInt64LittleEndian(stored.AsSpan(ChecksumAt), Checksum(grain, name, version, stored));
        return stored;
    }

    /// <summary>The state's bytes; null when it was cleared.</summary>
    /// <exception cref="StorageException">The row is damaged.</exception>
    public static ReadOnlyMemory<byte>? Unseal(string grain, string name, long version, byte[] stored)
    {
        if (!IsWhole(grain, name, version, stored))
        {
            throw new StorageException($"state '{name}' of {grain} is damaged: its checksum does not match. Restore a copy.");
        }

        // The cast is needed: without it, a null array would become an empty memory that is not null.
        return stored[0] == Kept ? (ReadOnlyMemory<byte>?)StateOf(stored) : null;
    }

    /// <summary>Whether a row is undamaged.</summary>
    public static bool IsWhole(string grain, string name, long version, ReadOnlySpan<byte> stored) =>
        stored.Length >= StateAt && ChecksumOf(stored) == Checksum(grain, name, version, stored);

    /// <summary>Whether a row is undamaged. Keys are in UTF-8.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> grain, ReadOnlySpan<byte> name, long version, ReadOnlySpan<byte> stored) =>
        stored.Length >= StateAt && ChecksumOf(stored) == Checksum(grain, name, version, stored);

    /// <summary>The state in an undamaged row.</summary>
    public static ReadOnlyMemory<byte> StateOf(ReadOnlyMemory<byte> stored) => stored[StateAt..];

    private static ulong ChecksumOf(ReadOnlySpan<byte> stored) => BinaryPrimitives.ReadUInt64LittleEndian(stored[ChecksumAt..]);

    private static ulong Checksum(string grain, string name, long version, ReadOnlySpan<byte> stored)
    {
        Span<byte> buffer = stackalloc byte[KeyBytes];
        var sizeBytes = Encoding.UTF8.GetMaxByteCount(grain.AsSpan().Length) + Encoding.UTF8.GetMaxByteCount(name.AsSpan().Length);
        var key = sizeBytes <= KeyBytes ? buffer : new byte[sizeBytes];
        var grainBytes = Encoding.UTF8.GetBytes(grain, key);
        var nameBytes = Encoding.UTF8.GetBytes(name, key[grainBytes..]);
        return Checksum(key[..grainBytes], key.Slice(grainBytes, nameBytes), version, stored);
    }

    /// <summary>Each part's checksum seeds the next one, so that bytes cannot move between parts unnoticed.</summary>
    private static ulong Checksum(ReadOnlySpan<byte> grain, ReadOnlySpan<byte> name, long version, ReadOnlySpan<byte> stored)
    {
        var seed = XxHash3.HashToUInt64(name, unchecked((long)XxHash3.HashToUInt64(grain, version)));
        return XxHash3.HashToUInt64(stored[StateAt..], unchecked((long)seed) + stored[0]);
    }
}
