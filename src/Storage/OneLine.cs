namespace DmaGrains.Storage;

/// <summary>Turns messages of libraries into a line for an operator.</summary>
internal static class OneLine
{
    /// <summary>A message as one line without a full stop, and without the secret.</summary>
    public static string Of(string message, string? secret = null)
    {
        var hidden = string.IsNullOrEmpty(secret) ? message : message.Replace(secret, "***", StringComparison.Ordinal);
        return string.Join(' ', hidden.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).TrimEnd('.');
    }
}
