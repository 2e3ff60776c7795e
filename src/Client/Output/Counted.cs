using System.Globalization;

namespace DmaGrains.Client.Output;

/// <summary>A number of things in words.</summary>
internal static class Counted
{
    /// <summary>For example <c>1 page</c>, <c>2 pages</c>.</summary>
    /// <param name="count">How many.</param>
    /// <param name="one">What one is called.</param>
    /// <param name="many">What more are called; null when they have just an s.</param>
    public static string Of(ulong count, string one, string? many = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? one : many ?? $"{one}s")}");

    /// <summary>The same of what the library counts; 0 or more.</summary>
    public static string Of(int count, string one, string? many = null) => Of((ulong)count, one, many);
}
