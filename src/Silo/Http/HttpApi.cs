using System.Net;
using DmaGrains.Silo.Access;
using DmaGrains.Silo.Hosting;
using DmaGrains.Silo.Settings;
using DmaGrains.Silo.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DmaGrains.Silo.Http;

/// <summary>The HTTP API of a silo: its port, who may come in, and its limits.</summary>
/// <param name="settings">The silo's settings, with a port.</param>
internal sealed class HttpApi(SiloSettings settings)
{
    private readonly int _port = settings.HttpPort!.Value;

    /// <summary>Adds its services and its port.</summary>
    public void AddTo(WebApplicationBuilder web)
    {
        // Each caller without a token would be a line in the log.
        web.Logging.AddFilter(typeof(TokenAuthentication).FullName, LogLevel.Warning);

        // Its keys protect nothing here: there are no cookies.
        web.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        web.Services.AddSingleton<StreamEnd>();
        TokenAuthentication.AddTo(web.Services);
        HttpLimits.AddTo(web.Services, _port, settings.HttpRate ?? HttpLimits.RateDefault);
        web.Services.AddOpenApi(ApiDescription.Configure);
        web.Services.ConfigureHttpJsonOptions(json => RequestJson.Configure(json.SerializerOptions));
        web.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        web.WebHost.UseKestrelHttpsConfiguration();
        web.WebHost.ConfigureKestrel(kestrel =>
        {
            HttpLimits.Set(kestrel);
            kestrel.Listen(settings.HttpListen ?? IPAddress.Loopback, _port, listen =>
            {
                HttpLimits.LimitConnections(listen);
                if (settings.HttpCertificate is not null)
                {
                    var services = kestrel.ApplicationServices;
                    var tls = new HttpTls(settings, services.GetRequiredService<TimeProvider>(), LogOf(services));
                    listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => new(tls.Options) });
                }
            });
        });
    }

    /// <summary>Adds what every request passes.</summary>
    public void UseOn(WebApplication app)
    {
        Problems.UseOn(app, LogOf(app.Services));
        app.UseRouting();
        PortMetadata.UseOn(app, _port);
        app.UseRateLimiter();
        app.UseAuthentication();
        app.UseAuthorization();
    }

    /// <summary>Maps its paths.</summary>
    public void MapOn(IEndpointRouteBuilder app)
    {
        // An endpoint that asks for nothing is for those who may change.
        var api = app.MapGroup(string.Empty).OnPort(_port).AddEndpointFilter(PathNames.CheckAsync);
        api.MapOpenApi("/openapi.json").ForReaders();
        api.MapBoards();
        api.MapBuffers();
        api.MapEvents();
        api.MapAnalysis();
        if (settings.Prometheus)
        {
            SiloTelemetry.MapOn(api.MapGroup(string.Empty).ForReaders());
        }
    }

    private static ILogger LogOf(IServiceProvider services) => services.GetRequiredService<ILoggerFactory>().CreateLogger(SiloLog.Category);
}
