using System.Net;
using DmaGrains.Grains.Storage;
using DmaGrains.Storage;
using DmaGrains.Tests.Shared.Ports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Storage;

namespace DmaGrains.Silo.Tests.Storage;

/// <summary>A silo for the sake of its grain storage, started when the first test asks for it.</summary>
public abstract class StorageHost : IAsyncDisposable
{
    private readonly Lazy<Task<(IHost Host, StorageProvider Provider)>> _started;

    protected StorageHost() => _started = new(StartAsync);

    /// <summary>The storage as grains get it; skips the test where this machine has none of the kind.</summary>
    public async Task<IGrainStorage> StorageAsync() =>
        (await _started.Value).Host.Services.GetRequiredKeyedService<IGrainStorage>(StorageNames.Default);

    /// <summary>The provider.</summary>
    public async Task<StorageProvider> ProviderAsync() => (await _started.Value).Provider;

    /// <summary>The storage's own journals.</summary>
    public async Task<IJournalStore> JournalStoreAsync() => JournalStoreOf((await _started.Value).Host);

    /// <summary>The silo's journals, as grains get them.</summary>
    public async Task<Journals> JournalsAsync()
    {
        var services = (await _started.Value).Host.Services;
        return new(services, services.GetRequiredService<ILoggerFactory>());
    }

    /// <summary>The journals of another empty storage, which is closed.</summary>
    public async Task<IJournalStore> ClosedJournalStoreAsync()
    {
        var provider = await OpenAsync();
        using var host = Build(provider);
        var store = JournalStoreOf(host);
        await provider.DisposeAsync();
        return store;
    }

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_started is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            var (host, provider) = await _started.Value;
            await host.StopAsync();
            host.Dispose();
            await provider.DisposeAsync();
        }
    }

    /// <summary>Opens an empty storage.</summary>
    protected abstract Task<StorageProvider> OpenAsync();

    private static IJournalStore JournalStoreOf(IHost host) => host.Services.GetRequiredKeyedService<IJournalStore>(StorageNames.Default);

    private static IHost Build(StorageProvider provider)
    {
        var port = FreePort.Next();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleans(silo =>
        {
            silo.UseDevelopmentClustering(new IPEndPoint(IPAddress.Loopback, port));
            silo.Configure<EndpointOptions>(endpoint =>
            {
                endpoint.AdvertisedIPAddress = IPAddress.Loopback;
                endpoint.SiloPort = port;
                endpoint.GatewayPort = 0;
            });
            silo.AddDmaGrains(provider);
        });
        return builder.Build();
    }

    private async Task<(IHost Host, StorageProvider Provider)> StartAsync()
    {
        var provider = await OpenAsync();
        var host = Build(provider);
        await host.StartAsync();
        return (host, provider);
    }
}
