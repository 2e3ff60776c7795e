namespace DmaGrains.Model;

/// <summary>Numbers with their nouns, for messages.</summary>
internal static class Counted
{
    /// <summary>Such as <c>1 segment</c> and <c>8 segments</c>.</summary>
    public static string Of(ulong count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";
}
