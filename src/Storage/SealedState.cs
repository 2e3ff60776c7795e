using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace DmaGrains.Storage;

/// <summary>
/// A state as it is stored: a byte that tells a state from a cleared one, a checksum of eight bytes, the state. The checksum (XXH3) is
/// over the key and the version too: a row that is found under another key, or an older one, is not whole either.
/// </summary>
internal static class SealedState
{
    private const byte Cleared = 0;
    private const byte Kept = 1;
    private const int ChecksumAt = 1;
    private const int StateAt = ChecksumAt + sizeof(ulong);

    // Keys are shorter; a longer one costs an array.
    private const int KeyBytes = 512;

    /// <summary>Seals a state, or with null that it was cleared.</summary>
    /// <param name="grain">Whose.</param>
    /// <param name="name">The state's name.</param>
    /// <param name="version">The version that it will have.</param>
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
    /// <exception cref="StorageException">What is stored is not what was.</exception>
    public static ReadOnlyMemory<byte>? Unseal(string grain, string name, long version, byte[] stored)
    {
        if (stored.Length < StateAt || ChecksumOf(stored) != Checksum(grain, name, version, stored))
        {
            throw new StorageException($"state '{name}' of {grain} is damaged: its checksum does not match. Restore a copy.");
        }

        // Not "? :" without the cast: an array that is null is a memory that is not.
        return stored[0] == Kept ? (ReadOnlyMemory<byte>?)StateOf(stored) : null;
    }

    /// <summary>Whether what is stored is what was. Keys are in UTF-8.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> grain, ReadOnlySpan<byte> name, long version, ReadOnlySpan<byte> stored) =>
        stored.Length >= StateAt && ChecksumOf(stored) == Checksum(grain, name, version, stored);

    /// <summary>The state in what is stored and whole.</summary>
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

    /// <summary>Each part's checksum is the seed of the next: parts do not run into each other.</summary>
    private static ulong Checksum(ReadOnlySpan<byte> grain, ReadOnlySpan<byte> name, long version, ReadOnlySpan<byte> stored)
    {
        var seed = XxHash3.HashToUInt64(name, unchecked((long)XxHash3.HashToUInt64(grain, version)));
        return XxHash3.HashToUInt64(stored[StateAt..], unchecked((long)seed) + stored[0]);
    }
}
