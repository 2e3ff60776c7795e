using System.Net;
using System.Net.Sockets;
using DmaGrains.Grains;
using DmaGrains.Grains.Storage;
using DmaGrains.Interfaces;
using DmaGrains.Silo;
using DmaGrains.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Runtime.Hosting;
using Orleans.Storage;

namespace DmaGrains.Benchmarks.Hosting;

/// <summary>The embedded silo with a choice of storage.</summary>
internal sealed class BenchmarkSilo : IAsyncDisposable
{
    private readonly IHost _host;

    private BenchmarkSilo(IHost host) => _host = host;

    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    /// <summary>Where its grains keep their state.</summary>
    public IGrainStorage Storage => _host.Services.GetRequiredKeyedService<IGrainStorage>(StorageNames.Default);

    /// <summary>The storage of a silo that was started with <see cref="BenchmarkStorage.Counted"/>.</summary>
    public CountingStorage Counted => (CountingStorage)Storage;

    public static Task<BenchmarkSilo> StartAsync(BenchmarkStorage storage) => StartAsync(silo => AddStorage(silo, storage));

    public static Task<BenchmarkSilo> StartAsync(StorageProvider storage) => StartAsync(silo => silo.AddDmaGrains(storage));

    public static async Task<BenchmarkSilo> StartAsync(Action<ISiloBuilder> addStorage)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.AddConsole().SetMinimumLevel(LogLevel.Error);
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(FreePort(), gatewayPort: 0, serviceId: ClusterDefaults.ServiceId, clusterId: "bench");
            silo.Configure<EndpointOptions>(endpoint => endpoint.GatewayPort = 0);
            addStorage(silo);
        });
        var host = builder.Build();
        await host.StartAsync();
        return new(host);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    private static void AddStorage(ISiloBuilder silo, BenchmarkStorage storage)
    {
        if (storage == BenchmarkStorage.Memory)
        {
            silo.AddDmaGrains(StorageProvider.MemoryOfOneSilo);
            return;
        }

        silo.AddGrainServices();
        if (storage == BenchmarkStorage.None)
        {
            var none = new NoStorage();
            silo.AddJournalStore(StorageNames.Default, none);
            silo.Services.AddGrainStorage<IGrainStorage>(StorageNames.Default, (_, _) => none);
            return;
        }

        var journals = new CountingJournals();
        silo.AddJournalStore(StorageNames.Default, journals);
        silo.Services.AddGrainStorage<IGrainStorage>(
            StorageNames.Default, (services, _) => new CountingStorage(services.GetRequiredService<IGrainStorageSerializer>(), journals));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
