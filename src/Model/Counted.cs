namespace DmaGrains.Model;

/// <summary>Numbers with their nouns, for messages.</summary>
public static class Counted
{
    /// <summary>A number with its noun, such as <c>1 segment</c> or <c>8 segments</c>.</summary>
    /// <param name="count">How many.</param>
    /// <param name="one">The singular.</param>
    /// <param name="many">The plural; null for the singular with an s.</param>
    public static string Of(ulong count, string one, string? many = null) =>
        count == 1 ? $"1 {one}" : $"{count} {many ?? $"{one}s"}";
}
