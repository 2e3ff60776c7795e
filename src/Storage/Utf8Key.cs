using System.Text;

namespace DmaGrains.Storage;

/// <summary>Keys in UTF-8, on the stack where they are as long as keys usually are.</summary>
internal static class Utf8Key
{
    /// <summary>Room for a usual key, in bytes.</summary>
    public const int UsualBytes = 512;

    /// <summary>A key's bytes.</summary>
    /// <param name="key">The key.</param>
    /// <param name="room">Holds them if they fit.</param>
    public static ReadOnlySpan<byte> Of(string key, Span<byte> room)
    {
        var bytes = Encoding.UTF8.GetMaxByteCount(key.Length) <= room.Length ? room : new byte[Encoding.UTF8.GetByteCount(key)];
        return bytes[..Encoding.UTF8.GetBytes(key, bytes)];
    }
}
