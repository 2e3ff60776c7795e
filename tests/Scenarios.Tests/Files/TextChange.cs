namespace DmaGrains.Scenarios.Tests.Files;

/// <summary>Changes a valid text into one that a test is about.</summary>
internal static class TextChange
{
    /// <summary>The text with one passage, which must be there, put otherwise.</summary>
    public static string With(this string text, string right, string wrong)
    {
        Assert.Contains(right, text, StringComparison.Ordinal);
        return text.Replace(right, wrong, StringComparison.Ordinal);
    }
}
