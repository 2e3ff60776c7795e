using System.Globalization;
using System.IO.Hashing;
using System.Text;
using DmaGrains.Model;

namespace DmaGrains.Grains.Boards.Names;

/// <summary>Where a name is among all that a board may have.</summary>
/// <param name="Place">The name's hash; the same in every process, for stored names are where it says.</param>
/// <param name="Name">The name; empty for the place before all names of that hash.</param>
/// <remarks>
/// This order is what listings follow. It does not depend on the buckets that the names are in, so a listing that goes on after a
/// bucket has split misses none and repeats none.
/// </remarks>
[GenerateSerializer, Immutable, Alias("dma.stored.name-position")]
internal readonly record struct NamePosition(ulong Place, string Name) : IComparable<NamePosition>
{
    // All that is a name fits; what is none has a place all the same.
    private const int BytesOnStackMax = 64;

    /// <summary>Before all names.</summary>
    public static NamePosition Start { get; } = new(0, string.Empty);

    /// <summary>Where a name is.</summary>
    public static NamePosition Of(string name)
    {
        Span<byte> bytes = stackalloc byte[BytesOnStackMax];
        var isShort = Encoding.UTF8.TryGetBytes(name, bytes, out var length);
        return new(XxHash3.HashToUInt64(isShort ? bytes[..length] : Encoding.UTF8.GetBytes(name)), name);
    }

    /// <summary>Reads what <see cref="ToString"/> wrote; an empty text is the start. Null when it is neither.</summary>
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

    /// <summary>The position as a cursor that others need not understand.</summary>
    public override string ToString() => FormattableString.Invariant($"{Place:x16}{Name}");
}
