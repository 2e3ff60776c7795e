using DmaGrains.Silo.Hosting;
using DmaGrains.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace DmaGrains.Silo.Health;

/// <summary>
/// <c>/live</c>: the process answers (200). <c>/ready</c>: the silo is active and its storage answers (200), or not (503); a line
/// for each says which.
/// </summary>
internal static class HealthEndpoints
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(2);

    /// <summary>Adds the health checks.</summary>
    public static void AddHealth(this IServiceCollection services, StorageProvider storage) => services
        .AddHealthChecks()
        .AddCheck<SiloCheck>("silo")
        .Add(new("storage", new StorageCheck(storage), HealthStatus.Unhealthy, tags: null, _patience));

    /// <summary>Maps the two paths, on a port of their own and for everyone who reaches it.</summary>
    public static void MapHealth(this IEndpointRouteBuilder app, int port)
    {
        var endpoints = app.MapGroup(string.Empty).OnPort(port).AllowAnonymous();
        endpoints.MapHealthChecks("/live", new HealthCheckOptions { Predicate = _ => false });
        endpoints.MapHealthChecks("/ready", new HealthCheckOptions { ResponseWriter = WriteAsync });
    }

    // Names and states only: exceptions of a storage belong in the log.
    private static Task WriteAsync(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = "text/plain";
        return context.Response.WriteAsync(string.Concat(
            report.Entries.Select(entry => $"{entry.Key}: {(entry.Value.Status == HealthStatus.Healthy ? "ok" : "failed")}\n")));
    }
}
