using Microsoft.Extensions.Logging;

namespace DmaGrains.Storage;

/// <summary>Log messages of storage.</summary>
internal static partial class StorageLog
{
    /// <summary>The logger's name.</summary>
    public const string Category = "DmaGrains.Storage";

    /// <summary>The storage has begun to fail.</summary>
    [LoggerMessage(Level = LogLevel.Error, Message = "{What} fails: {Why}")]
    public static partial void StorageFails(this ILogger logger, string what, string why);

    /// <summary>The storage works again.</summary>
    [LoggerMessage(Level = LogLevel.Warning, Message = "{What} works again.")]
    public static partial void StorageWorks(this ILogger logger, string what);
}
