using System.Buffers;
using System.Globalization;

namespace DmaGrains.Experiments.Files;

/// <summary>Reads and writes times and rates, such as <c>16.7ms</c> and <c>30/s</c>.</summary>
public static class Times
{
    /// <summary>Examples of times, for messages.</summary>
    public const string Examples = "16.7ms, 2s or 1h";

    /// <summary>The longest time, in nanoseconds: a hundred years of 365 days.</summary>
    public const ulong Max = 36_500 * Day;

    private const ulong Second = 1_000_000_000;
    private const ulong Day = 86_400 * Second;

    private static readonly SearchValues<char> _digits = SearchValues.Create("0123456789.");

    // Longer suffixes come first: 5ms ends with s, too.
    private static readonly (string Suffix, ulong Nanoseconds)[] _units =
    [
        ("ns", 1), ("us", 1_000), ("ms", 1_000_000), ("min", 60 * Second), ("s", Second), ("h", 3_600 * Second), ("d", Day),
    ];

    /// <summary>Reads a time.</summary>
    /// <param name="text">Decimal digits, perhaps a point and further digits, and ns, us, ms, s, min, h or d; or 0. No sign or space.</param>
    /// <param name="nanoseconds">0 to <see cref="Max"/>.</param>
    /// <returns>False when the text is malformed, exceeds <see cref="Max"/>, or is not a whole number of nanoseconds.</returns>
    public static bool TryParse(string text, out ulong nanoseconds)
    {
        nanoseconds = 0;
        if (text == "0")
        {
            return true;
        }

        foreach (var (suffix, unit) in _units)
        {
            if (text.EndsWith(suffix, StringComparison.Ordinal))
            {
                return TryDecimal(text.AsSpan(0, text.Length - suffix.Length), out var number) && TryWhole(number, unit, out nanoseconds);
            }
        }

        return false;
    }

    /// <summary>Reads a rate.</summary>
    /// <param name="text">A number as in a time, a slash and a unit of time, such as <c>5/s</c> or <c>0.5/min</c>.</param>
    /// <param name="perSecond">More than 0, and at most a thousand million.</param>
    /// <returns>False when the text is malformed.</returns>
    public static bool TryParseRate(string text, out double perSecond)
    {
        perSecond = 0;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var unit = slash < 0 ? 0 : _units.FirstOrDefault(known => text.AsSpan(slash + 1).SequenceEqual(known.Suffix)).Nanoseconds;
        if (unit == 0 || !TryDecimal(text.AsSpan(0, slash), out var number))
        {
            return false;
        }

        perSecond = (double)number * Second / unit;
        return perSecond is > 0 and <= Second;
    }

    /// <summary>Formats a time in the largest unit of which it has at least one, with at most three decimals.</summary>
    public static string Format(double nanoseconds)
    {
        var (suffix, unit) = _units.OrderByDescending(known => known.Nanoseconds)
            .FirstOrDefault(known => nanoseconds >= known.Nanoseconds, _units[0]);
        return string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / unit:0.###} {suffix}");
    }

    private static bool TryWhole(decimal number, ulong unit, out ulong nanoseconds)
    {
        nanoseconds = 0;
        if (number > Max / unit)
        {
            return false;
        }

        var product = number * unit;
        nanoseconds = (ulong)product;
        return nanoseconds == product && nanoseconds <= Max;
    }

    /// <summary>Parses digits with an optional decimal point; the library would also accept a sign or trailing NULs.</summary>
    private static bool TryDecimal(ReadOnlySpan<char> text, out decimal number)
    {
        var isPlain = text.Length is > 0 and <= 24 && text[0] != '.' && text[^1] != '.'
            && !text.ContainsAnyExcept(_digits) && text.Count('.') <= 1;
        number = 0;
        return isPlain && decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);
    }
}
