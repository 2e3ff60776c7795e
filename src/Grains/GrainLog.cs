using DmaGrains.Model;
using Microsoft.Extensions.Logging;

namespace DmaGrains.Grains;

/// <summary>
/// What grains log. All of it is in one class: .NET's generator writes several classes in an order that differs from build to build, and the same
/// commit gives the same bytes.
/// </summary>
internal static partial class GrainLog
{
    /// <summary>A refusal.</summary>
    [LoggerMessage(Level = LogLevel.Information, Message = "{Board}/{Buffer} refused with {Errno}: {Reason}")]
    public static partial void LogRefused(this ILogger logger, string board, string buffer, Errno errno, string reason);

    /// <summary>What a buffer owes to its board could not be given back now.</summary>
    [LoggerMessage(Level = LogLevel.Information, Message = "{Board}/{Buffer} still owes pages or addresses, and is asked again: {Reason}")]
    public static partial void LogNotPaid(this ILogger logger, string board, string buffer, string reason);

    /// <summary>Buffers that owe could not be looked for now.</summary>
    [LoggerMessage(Level = LogLevel.Information, Message = "Looking again for buffers that owe pages or addresses: {Reason}")]
    public static partial void LogNotSwept(this ILogger logger, string reason);

    /// <summary>An experiment begins again from its last checkpoint.</summary>
    [LoggerMessage(Level = LogLevel.Information, Message = "Experiment {Name} goes on from what is stored: {Reason}")]
    public static partial void LogTrouble(this ILogger logger, string name, string reason);
}
