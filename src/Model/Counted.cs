namespace DmaGrains.Model;

/// <summary>Numbers with their nouns, for messages.</summary>
public static class Counted
{
    /// <summary>Such as <c>1 segment</c>, <c>8 segments</c>.</summary>
    /// <param name="count">How many.</param>
    /// <param name="one">What one is called.</param>
    /// <param name="many">What more are called; null when they have just an s.</param>
    public static string Of(ulong count, string one, string? many = null) =>
        count == 1 ? $"1 {one}" : $"{count} {many ?? $"{one}s"}";
}
