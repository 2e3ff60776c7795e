using DmaGrains.Silo.Settings;
using Microsoft.Extensions.Logging;

namespace DmaGrains.Silo.Hosting;

/// <summary>Log messages of the server.</summary>
internal static partial class SiloLog
{
    /// <summary>The logger's name.</summary>
    public const string Category = "DmaGrains.Silo";

    /// <summary>The storage may lose acknowledged state.</summary>
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Weakness}")]
    public static partial void StorageIsWeak(this ILogger logger, string weakness);

    /// <summary>This machine's clock differs from that of the membership table's server.</summary>
    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The clock of this machine is {Seconds:0.0} s {Way} that of {Server}, which silos use: set it, or the times in logs do not match.")]
    public static partial void ClocksDiffer(this ILogger logger, double seconds, string way, string server);

    /// <summary>A file that may be replaced while the silo runs cannot be read; what it said before counts.</summary>
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Problem} What was read before still counts.")]
    public static partial void FileIsNotReadAgain(this ILogger logger, string problem);

    /// <summary>A client wants another cluster than this one, and is not let in.</summary>
    [LoggerMessage(Level = LogLevel.Warning, Message = "A client at {Client} wants the cluster '{Wanted}', and this is '{Cluster}': it is not let in.")]
    public static partial void ClientWantsAnotherCluster(this ILogger logger, string client, string wanted, string cluster);

    /// <summary>A client has no token that is known, and is not let in.</summary>
    [LoggerMessage(Level = LogLevel.Warning, Message = "A client at {Client} has {What}: it is not let in.")]
    public static partial void ClientHasNoToken(this ILogger logger, string client, string what);

    /// <summary>A client sends what only silos and grains send, and its connection is closed.</summary>
    [LoggerMessage(Level = LogLevel.Warning, Message = "A client at {Client} pretends to be a grain or a silo: its connection is closed, and what it sent is not done.")]
    public static partial void ClientPretends(this ILogger logger, string client);

    /// <summary>A client or a silo did not get through TLS.</summary>
    [LoggerMessage(Level = LogLevel.Warning, Message = "The TLS handshake with a {Who} at {Address} failed: expected one that speaks TLS and has the authority of tls-ca{More}.")]
    public static partial void HandshakeFailed(this ILogger logger, string who, string address, string more);

    /// <summary>A request over HTTP ended with an exception that nobody expects.</summary>
    [LoggerMessage(Level = LogLevel.Error, Message = "A request over HTTP failed")]
    public static partial void RequestFaulted(this ILogger logger, Exception fault);

    /// <summary>The silo is ready for clients. A plain line, unless all lines are JSON.</summary>
    public static void Ready(this ILogger logger, SiloSettings settings)
    {
        if (settings.Logs == LogFormat.Json)
        {
            logger.ReadyOn(settings.Advertise, settings.GatewayPort);
        }
        else
        {
            Console.WriteLine($"dmagrains silo: ready on {settings.Advertise}:{settings.GatewayPort}; stop with Ctrl-C.");
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Silo ready on {Address}:{Port}")]
    private static partial void ReadyOn(this ILogger logger, System.Net.IPAddress address, int port);
}
