using System.Net;
using System.Net.Sockets;
using DmaGrains.Interfaces;
using DmaGrains.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;

namespace DmaGrains.Silo;

/// <summary>A silo inside this process, on loopback ports of its own.</summary>
public sealed class EmbeddedSilo : IAsyncDisposable
{
    private const int StartAttempts = 3;

    private readonly IHost _host;
    private readonly StorageProvider _storage;
    private readonly CancellationTokenSource _end;

    private EmbeddedSilo(IHost host, StorageProvider storage, CancellationTokenSource end) => (_host, _storage, _end) = (host, storage, end);

    /// <summary>The factory for grain references.</summary>
    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    /// <summary>Starts a silo that keeps state in memory; it is ready when this completes.</summary>
    public static Task<EmbeddedSilo> StartAsync(CancellationToken cancellationToken) =>
        StartAsync(StorageProvider.MemoryOfOneSilo, cancellationToken);

    /// <summary>Starts a silo that keeps state in a SQLite file, for this process alone; it is ready when this completes.</summary>
    /// <exception cref="StorageException">The file cannot be used.</exception>
    public static async Task<EmbeddedSilo> StartAsync(string file, CancellationToken cancellationToken)
    {
        var storage = StorageProvider.OpenSqlite(file);
        try
        {
            return await StartAsync(storage, cancellationToken);
        }
        catch
        {
            await storage.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a silo on a storage, which it closes when it stops; it is ready when this completes.</summary>
    public static async Task<EmbeddedSilo> StartAsync(StorageProvider storage, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var host = Build(FreePort(), storage, end.Token);
            try
            {
                await host.StartAsync(cancellationToken);
                return new(host, storage, end);
            }
            catch (SocketException) when (attempt < StartAttempts)
            {
                // Another process took the port between the check and the listen.
                host.Dispose();
                end.Dispose();
            }
            catch
            {
                host.Dispose();
                end.Dispose();
                cancellationToken.ThrowIfCancellationRequested();
                throw;
            }
        }
    }

    /// <summary>Stops the silo. State in memory is gone.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _host.StopAsync();
        _host.Dispose();
        await _storage.DisposeAsync();
        _end.Dispose();
    }

    private static IHost Build(int siloPort, StorageProvider storage, CancellationToken end)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);

        // An interrupted start logs nothing, and what the silo does by itself may be cut off when it stops: callers are told what they asked for.
        builder.Logging.AddFilter(level => level >= LogLevel.Error && !end.IsCancellationRequested);
        builder.Services.AddSingleton<IHostLifetime, CallersLifetime>();
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(siloPort, gatewayPort: 0, serviceId: ClusterDefaults.ServiceId, clusterId: "embedded");

            // No client connects from outside, so no gateway is opened.
            silo.Configure<EndpointOptions>(endpoint => endpoint.GatewayPort = 0);
            silo.AddDmaGrains(storage);
        });
        return builder.Build();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
