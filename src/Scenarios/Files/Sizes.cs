using System.Globalization;

namespace DmaGrains.Scenarios.Files;

/// <summary>Reads and writes sizes and addresses, such as <c>0x1000</c> and <c>1920x1080x4</c>.</summary>
public static class Sizes
{
    /// <summary>Examples of sizes, for messages.</summary>
    public const string Examples = "4096, 0x1000, 64KiB or 1920x1080x4";

    private static readonly (string Suffix, int Shift)[] _units = [("KiB", 10), ("MiB", 20), ("GiB", 30), ("TiB", 40)];

    /// <summary>Reads a size or an address.</summary>
    /// <param name="text">
    /// Decimal digits; <c>0x</c> and hexadecimal digits; decimal digits and KiB, MiB, GiB or TiB; decimal factors with <c>x</c> between
    /// them, of which some may be divided, such as the <c>3/2</c> of NV12, if whole bytes come of it. No sign or space. What starts with
    /// <c>0x</c> is never a product.
    /// </param>
    /// <param name="value">Bytes, 0 to 2^64-1; 0 when the text is malformed.</param>
    /// <returns>False when the text is malformed or does not fit 64 bits.</returns>
    public static bool TryParse(string text, out ulong value)
    {
        if (text.StartsWith("0x", StringComparison.Ordinal))
        {
            return TryHex(text.AsSpan(2), out value);
        }

        foreach (var (suffix, shift) in _units)
        {
            if (text.EndsWith(suffix, StringComparison.Ordinal))
            {
                return TryDecimal(text.AsSpan(0, text.Length - suffix.Length), out var units)
                    & TryMultiply(units, 1UL << shift, out value);
            }
        }

        return text.Contains('x', StringComparison.Ordinal) ? TryProduct(text, out value) : TryDecimal(text, out value);
    }

    /// <summary>Formats a size exactly: in the largest unit of which it is a multiple, such as <c>64MiB</c>, else in bytes.</summary>
    public static string Exact(ulong sizeBytes)
    {
        for (var index = _units.Length - 1; index >= 0; index--)
        {
            var (suffix, shift) = _units[index];
            if (sizeBytes != 0 && sizeBytes % (1UL << shift) == 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{sizeBytes >> shift}{suffix}");
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"{sizeBytes}");
    }

    /// <summary>Formats a size: whole bytes below 1 KiB, else at most one decimal, such as <c>7.9 MiB</c>.</summary>
    public static string Format(ulong sizeBytes)
    {
        if (sizeBytes < 1UL << 10)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{sizeBytes} bytes");
        }

        foreach (var (suffix, shift) in _units)
        {
            // The whole units by themselves: ten times all bytes need not fit 64 bits.
            var rest = sizeBytes & ((1UL << shift) - 1);
            var tenths = ((sizeBytes >> shift) * 10) + (((rest * 10) + (1UL << (shift - 1))) >> shift);
            if (tenths < 10240 || shift == _units[^1].Shift)
            {
                var tenth = tenths % 10 == 0 ? string.Empty : $".{tenths % 10}";
                return string.Create(CultureInfo.InvariantCulture, $"{tenths / 10}{tenth} {suffix}");
            }
        }

        throw new InvalidOperationException("The last unit takes every size.");
    }

    private static bool TryProduct(string text, out ulong value)
    {
        value = 0;
        var (product, divisor) = (UInt128.One, UInt128.One);
        foreach (var range in text.AsSpan().Split('x'))
        {
            var factor = text.AsSpan(range);
            if (factor.IndexOf('/') is >= 0 and var slash)
            {
                if (!TryDecimal(factor[(slash + 1)..], out var by) || by == 0 || !TryMultiply(ref divisor, by))
                {
                    return false;
                }

                factor = factor[..slash];
            }

            if (!TryDecimal(factor, out var next) || !TryMultiply(ref product, next) || product / divisor > ulong.MaxValue)
            {
                return false;
            }
        }

        var fits = product % divisor == 0;
        value = fits ? (ulong)(product / divisor) : 0;
        return fits;
    }

    private static bool TryMultiply(ref UInt128 product, ulong factor)
    {
        var fits = factor == 0 || product <= UInt128.MaxValue / factor;
        product = fits ? product * factor : product;
        return fits;
    }

    // The library's number parsers also accept trailing NUL characters, so the digits are checked first.
    private static bool TryDecimal(ReadOnlySpan<char> digits, out ulong value)
    {
        value = 0;
        return !digits.ContainsAnyExceptInRange('0', '9')
            && ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }

    private static bool TryHex(ReadOnlySpan<char> digits, out ulong value)
    {
        value = 0;
        foreach (var digit in digits)
        {
            if (!char.IsAsciiHexDigit(digit))
            {
                return false;
            }
        }

        return ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }

    private static bool TryMultiply(ulong left, ulong right, out ulong product)
    {
        var fits = Math.BigMul(left, right, out product) == 0;
        product = fits ? product : 0;
        return fits;
    }
}
