namespace DmaGrains.Analysis.Drawing;

/// <summary>Names in the order in which people count: 1, 2, 10. Globalization is invariant, and .NET's own needs ICU.</summary>
internal sealed class NaturalOrder : IComparer<string>
{
    private NaturalOrder()
    {
    }

    /// <summary>The order; of names that differ in leading zeros only, the shorter one is first.</summary>
    public static NaturalOrder Of { get; } = new();

    /// <inheritdoc/>
    public int Compare(string? x, string? y)
    {
        var left = (x ?? string.Empty).AsSpan();
        var right = (y ?? string.Empty).AsSpan();
        while (!left.IsEmpty && !right.IsEmpty)
        {
            var first = PartOf(left);
            var second = PartOf(right);
            var order = char.IsAsciiDigit(first[0]) && char.IsAsciiDigit(second[0])
                ? CompareNumbers(first.TrimStart('0'), second.TrimStart('0'))
                : first.CompareTo(second, StringComparison.Ordinal);
            if (order != 0)
            {
                return order;
            }

            left = left[first.Length..];
            right = right[second.Length..];
        }

        return left.Length != right.Length ? left.Length - right.Length
            : x?.Length != y?.Length ? (x?.Length ?? 0) - (y?.Length ?? 0)
            : string.CompareOrdinal(x, y);
    }

    private static int CompareNumbers(ReadOnlySpan<char> left, ReadOnlySpan<char> right) =>
        left.Length != right.Length ? left.Length - right.Length : left.SequenceCompareTo(right);

    /// <summary>The digits at the start, or one other character.</summary>
    private static ReadOnlySpan<char> PartOf(ReadOnlySpan<char> text)
    {
        var digits = text.IndexOfAnyExceptInRange('0', '9');
        return digits == 0 ? text[..1] : digits < 0 ? text : text[..digits];
    }
}
