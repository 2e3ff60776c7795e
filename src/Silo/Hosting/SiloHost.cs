using System.Net;
using DmaGrains.Interfaces;
using DmaGrains.Silo.Access;
using DmaGrains.Silo.Gateways;
using DmaGrains.Silo.Health;
using DmaGrains.Silo.Http;
using DmaGrains.Silo.Settings;
using DmaGrains.Silo.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;

namespace DmaGrains.Silo.Hosting;

/// <summary>The server's host: a silo, and a web server beside it when a port for it is set.</summary>
internal static class SiloHost
{
    // Orchestrators kill a process after 30 seconds.
    private static readonly TimeSpan _endPatience = TimeSpan.FromSeconds(20);

    /// <summary>Builds the host.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="backends">The backends, which outlive the host.</param>
    /// <param name="args">The command line, for .NET's own settings such as <c>--Logging:LogLevel:Default</c>.</param>
    public static IHost Build(SiloSettings settings, Backends backends, string[] args)
    {
        if (settings.HealthPort is null && settings.HttpPort is null)
        {
            var plain = Host.CreateApplicationBuilder(args);
            Configure(plain, settings, backends);
            return plain.Build();
        }

        var web = WebApplication.CreateSlimBuilder(args);
        Configure(web, settings, backends);
        foreach (var key in (string[])[WebHostDefaults.ServerUrlsKey, WebHostDefaults.HttpPortsKey, WebHostDefaults.HttpsPortsKey])
        {
            // Microsoft's images set some of these for any server; ports are ours to decide.
            web.WebHost.UseSetting(key, string.Empty);
        }

        // Requests are answered while the silo is still joining.
        web.Services.Configure<HostOptions>(host => host.ServicesStartConcurrently = true);
        var api = settings.HttpPort is null ? null : new HttpApi(settings);
        api?.AddTo(web);
        if (settings.HealthPort is { } port)
        {
            web.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
            web.Services.AddHealth(backends.Storage);
        }

        var app = web.Build();
        api?.UseOn(app);
        api?.MapOn(app);

        if (settings.HealthPort is { } health)
        {
            app.MapHealth(health);
        }

        return app;
    }

    /// <summary>Runs until it is told to stop, and shuts down gracefully.</summary>
    /// <exception cref="TimeoutException">
    /// It could not shut down in time: without its database a silo cannot leave its cluster, and Orleans would try for minutes.
    /// </exception>
    public static async Task RunToEndAsync(IHost host)
    {
        var told = new TaskCompletionSource();
        var lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
        await using var registration = lifetime.ApplicationStopping.Register(told.SetResult);
        await told.Task;
        await host.StopAsync(CancellationToken.None).WaitAsync(_endPatience);
    }

    private static void Configure(IHostApplicationBuilder builder, SiloSettings settings, Backends backends)
    {
        // Orleans logs its whole configuration at every start; Logging:LogLevel:Default=Information brings that back.
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Logging.AddFilter(SiloLog.Category, LogLevel.Information);

        if (!builder.Configuration.GetSection("Logging:LogLevel").GetChildren().Any())
        {
            // It recommends the server's garbage collector, in words for another time of .NET; docs/operations.md has it.
            builder.Logging.AddFilter("Orleans.Runtime.Silo", LogLevel.Error);
        }

        if (settings.Logs == LogFormat.Json)
        {
            builder.Logging.ClearProviders().AddJsonConsole(console =>
            {
                console.TimestampFormat = "O";
                console.UseUtcTimestamp = true;
            });
        }

        if (settings.IsMeasured)
        {
            SiloTelemetry.AddTo(builder, settings);
        }

        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(services => new TokenStore(
            settings, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILoggerFactory>().CreateLogger(SiloLog.Category)));
        builder.UseOrleans(silo =>
        {
            Join(silo, settings, backends);
            if (settings.TlsCertificate is not null)
            {
                // Before the gateway's door, which then hears nobody without TLS.
                SiloTls.AddTo(silo, settings);
            }

            silo.UseLiveness().AddDmaGrains(backends.Storage);
            if (settings.HasTokens)
            {
                silo.AddIncomingGrainCallFilter<TokenFilter>();
            }

            if (settings.Traces)
            {
                silo.AddActivityPropagation();
            }
        });
    }

    private static void Join(ISiloBuilder silo, SiloSettings settings, Backends backends)
    {
        silo.Configure<ClusterOptions>(cluster =>
        {
            cluster.ServiceId = ClusterDefaults.ServiceId;
            cluster.ClusterId = ClusterDefaults.ClusterId;
        });
        silo.Configure<EndpointOptions>(endpoint =>
        {
            endpoint.AdvertisedIPAddress = settings.Advertise;
            endpoint.SiloPort = settings.SiloPort;
            endpoint.GatewayPort = settings.GatewayPort;
            endpoint.SiloListeningEndpoint = new(settings.Listen, settings.SiloPort);
            endpoint.GatewayListeningEndpoint = new(settings.Listen, settings.GatewayPort);
        });
        if (backends.Membership is null)
        {
            silo.UseDevelopmentClustering(new IPEndPoint(settings.Advertise, settings.SiloPort));
        }
        else
        {
            backends.AddMembership(silo);
        }
    }
}
