using DmaGrains.Silo.Access;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace DmaGrains.Silo.Hosting;

/// <summary>The port on which an endpoint is found: health and the API share a server, but not their ports.</summary>
/// <param name="Port">1 to 65535.</param>
internal sealed record PortMetadata(int Port)
{
    private static readonly EndpointMetadataCollection _forReaders = new(new AuthorizeAttribute(nameof(Permission.Read)));
    private static readonly EndpointMetadataCollection _forAll = new(new AllowAnonymousAttribute());

    /// <summary>Makes endpoints be found on their own port only, and those without one nowhere. It follows the routing.</summary>
    /// <param name="app">The pipeline.</param>
    /// <param name="api">The port where callers need a token even to learn that there is nothing.</param>
    public static void UseOn(IApplicationBuilder app, int api) => app.Use((context, next) =>
    {
        var port = context.Connection.LocalPort;
        var endpoint = context.GetEndpoint();
        if (endpoint is not RouteEndpoint || endpoint.Metadata.GetMetadata<PortMetadata>()?.Port != port)
        {
            // What is no route is the routing's own, for a wrong method or type of body.
            context.SetEndpoint(new(
                endpoint is null or RouteEndpoint ? NotFoundAsync : endpoint.RequestDelegate, port == api ? _forReaders : _forAll, endpoint?.DisplayName));
        }

        return next(context);
    });

    private static Task NotFoundAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}

/// <summary>Puts endpoints on ports.</summary>
internal static class EndpointPorts
{
    /// <summary>Puts an endpoint on a port.</summary>
    public static TBuilder OnPort<TBuilder>(this TBuilder endpoint, int port)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new PortMetadata(port));
}
