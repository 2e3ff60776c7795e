using System.Collections.Immutable;

namespace DmaGrains.Kernel.Catalogue;

/// <summary>PCI devices that a driver takes: some devices of a vendor, or all of a class.</summary>
/// <param name="Vendor">Four hexadecimal digits; null for every vendor.</param>
/// <param name="Devices">Four hexadecimal digits each; none for a class.</param>
/// <param name="Class">The first two, four or six hexadecimal digits of the class, subclass and interface; null for devices.</param>
public sealed record PciMatch(string? Vendor, ImmutableArray<string> Devices, string? Class)
{
    private const string ClassWord = "class ";

    /// <summary>The devices of a text: <c>vendor:device device …</c>, <c>class digits</c> or <c>vendor:class digits</c>; null when it is none of these.</summary>
    public static PciMatch? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var (vendor, rest) = text.IndexOf(':', StringComparison.Ordinal) is var colon and >= 0 ? (text[..colon], text[(colon + 1)..]) : (null, text);
        if (vendor is not null && !IsDigits(vendor, 4))
        {
            return null;
        }

        if (rest.StartsWith(ClassWord, StringComparison.Ordinal))
        {
            var digits = rest[ClassWord.Length..];
            return IsDigits(digits, 2) || IsDigits(digits, 4) || IsDigits(digits, 6) ? new(vendor, [], digits) : null;
        }

        ImmutableArray<string> devices = [.. rest.Split(' ')];
        return vendor is not null && devices.All(device => IsDigits(device, 4)) ? new(vendor, devices, null) : null;
    }

    /// <summary>Whether it takes a device; one of a list is told more exactly than one of a class.</summary>
    /// <param name="vendor">The vendor, as <see cref="Vendor"/>.</param>
    /// <param name="device">The device.</param>
    /// <param name="class">The class, six hexadecimal digits.</param>
    /// <returns>2 for a device that is listed, 1 for one of the class, 0 for others.</returns>
    public int Takes(string vendor, string device, string @class)
    {
        ArgumentNullException.ThrowIfNull(@class);
        return Vendor is not null && Vendor != vendor ? 0
            : Class is not null ? (@class.StartsWith(Class, StringComparison.Ordinal) ? 1 : 0)
            : Devices.Contains(device) ? 2 : 0;
    }

    /// <summary>As <see cref="Parse"/> reads it.</summary>
    public override string ToString() => $"{(Vendor is null ? string.Empty : $"{Vendor}:")}{(Class is null ? string.Join(' ', Devices) : $"{ClassWord}{Class}")}";

    private static bool IsDigits(string text, int length) => text.Length == length && text.All(char.IsAsciiHexDigitLower);
}
