namespace DmaGrains.Client.Completing;

/// <summary>Sentences of a description.</summary>
internal static class Sentence
{
    /// <summary>The first one, on one line and without its full stop.</summary>
    public static string FirstOf(string description)
    {
        var line = string.Join(' ', description.Split('\n', StringSplitOptions.TrimEntries));
        var end = line.IndexOf(". ", StringComparison.Ordinal);
        return (end < 0 ? line : line[..end]).Trim().TrimEnd('.');
    }
}
