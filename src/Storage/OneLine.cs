namespace DmaGrains.Storage;

/// <summary>Makes what others say fit for a line that an operator reads.</summary>
internal static class OneLine
{
    /// <summary>A message as one line without a full stop, and without the secret.</summary>
    public static string Of(string message, string? secret = null)
    {
        var hidden = string.IsNullOrEmpty(secret) ? message : message.Replace(secret, "***", StringComparison.Ordinal);
        return string.Join(' ', hidden.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).TrimEnd('.');
    }
}
