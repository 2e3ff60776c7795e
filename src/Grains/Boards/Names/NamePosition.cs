using System.Globalization;
using System.IO.Hashing;
using System.Text;
using DmaGrains.Model;

namespace DmaGrains.Grains.Boards.Names;

/// <summary>The position of a name among all possible names.</summary>
/// <param name="Place">The name's hash; the same in every process, because it decides where names are stored.</param>
/// <param name="Name">The name; empty for the place before all names of that hash.</param>
/// <remarks>
/// Listings follow this order. It does not depend on the buckets, so a listing that continues after a bucket has split misses no name and
/// repeats none.
/// </remarks>
[GenerateSerializer, Immutable, Alias("dma.stored.name-position")]
internal readonly record struct NamePosition(ulong Place, string Name) : IComparable<NamePosition>
{
    // Every valid name fits; invalid ones have a place, too.
    private const int BytesOnStackMax = 64;

    /// <summary>The position before all names.</summary>
    public static NamePosition Start { get; } = new(0, string.Empty);

    /// <summary>The position of a name.</summary>
    public static NamePosition Of(string name)
    {
        Span<byte> bytes = stackalloc byte[BytesOnStackMax];
        var isShort = Encoding.UTF8.TryGetBytes(name, bytes, out var length);
        return new(XxHash3.HashToUInt64(isShort ? bytes[..length] : Encoding.UTF8.GetBytes(name)), name);
    }

    /// <summary>Reads the result of <see cref="ToString"/>; empty text is the start. Null for anything else.</summary>
    public static NamePosition? Parse(string text)
    {
        const int Digits = 16;
        return text.Length == 0 ? Start
            : text.Length is >= Digits and <= Digits + ModelName.LengthMax
                && ulong.TryParse(text.AsSpan(0, Digits), NumberStyles.AllowHexSpecifier, null, out var place)
                ? new(place, text[Digits..])
                : null;
    }

    /// <inheritdoc/>
    public int CompareTo(NamePosition other)
    {
        var byPlace = Place.CompareTo(other.Place);
        return byPlace != 0 ? byPlace : string.CompareOrdinal(Name, other.Name);
    }

    /// <summary>The position as an opaque cursor.</summary>
    public override string ToString() => FormattableString.Invariant($"{Place:x16}{Name}");
}
