using System.Net;
using StackExchange.Redis;

namespace DmaGrains.Storage.Redis;

/// <summary>The address of a server or cluster. Its text names the servers, without secrets.</summary>
/// <param name="Configuration">The configuration.</param>
internal sealed record RedisConnection(ConfigurationOptions Configuration)
{
    // When a server does not answer, what follows these words is for programmers.
    private static readonly string[] _details =
    [
        " To allow this multiplexer", " - Last Connection Exception", "/Interactive", ", command=", ", next:", ", inst:", " (Please take a look",
    ];

    /// <summary>Why something failed, in one line and without the password.</summary>
    public string Explain(Exception problem) =>
        OneLine.Of(problem.Message.Split(_details, StringSplitOptions.None)[0], Configuration.Password);

    /// <inheritdoc/>
    public override string ToString() => $"Redis at {string.Join(", ", Configuration.EndPoints.Select(Format))}";

    /// <summary>A server's address.</summary>
    public static string Format(EndPoint server) =>
        server is DnsEndPoint named ? $"{named.Host}:{named.Port}" : server.ToString()!;
}
