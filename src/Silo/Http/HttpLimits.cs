using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace DmaGrains.Silo.Http;

/// <summary>Limits of the HTTP API that hold for all requests.</summary>
internal static class HttpLimits
{
    /// <summary>The longest body, in bytes: that of files.</summary>
    public const int BodyBytesMax = 1 << 20;

    /// <summary>The most connections.</summary>
    public const int ConnectionsMax = 1000;

    /// <summary>The most requests of one address in a second, unless a setting says otherwise.</summary>
    public const int RateDefault = 1000;

    /// <summary>The limit of requests that keep a core busy.</summary>
    public const string Analysis = "analysis";

    /// <summary>The limit of streams of events, which stay open.</summary>
    public const string Streams = "streams";

    /// <summary>The most streams of events.</summary>
    public const int StreamsMax = 200;

    private const int AnalysesWaiting = 16;

    /// <summary>Limits bodies and how long a client may take to send.</summary>
    public static void Set(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = BodyBytesMax;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(1);
        kestrel.Limits.MinRequestBodyDataRate = new(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
    }

    /// <summary>Limits the connections of a port: those beyond are closed. The server's own limit would count those of other ports.</summary>
    public static void LimitConnections(ListenOptions listen)
    {
        var count = 0;
        listen.Use(next => async connection =>
        {
            try
            {
                if (Interlocked.Increment(ref count) > ConnectionsMax)
                {
                    connection.Abort(new ConnectionAbortedException("too many connections"));
                    return;
                }

                await next(connection);
            }
            finally
            {
                Interlocked.Decrement(ref count);
            }
        });
    }

    /// <summary>Limits how many requests an address may send on a port.</summary>
    public static void AddTo(IServiceCollection services, int port, int rate) => services.AddRateLimiter(options =>
    {
        options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        options.AddConcurrencyLimiter(Analysis, limiter =>
        {
            limiter.PermitLimit = Math.Max(1, Environment.ProcessorCount / 2);
            limiter.QueueLimit = AnalysesWaiting;
        });
        options.AddConcurrencyLimiter(Streams, limiter => limiter.PermitLimit = StreamsMax);
        options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context => context.Connection.LocalPort != port
            ? RateLimitPartition.GetNoLimiter(string.Empty)
            : RateLimitPartition.GetFixedWindowLimiter(
                $"{context.Connection.RemoteIpAddress}",
                _ => new() { PermitLimit = rate, Window = TimeSpan.FromSeconds(1) }));
    });
}
